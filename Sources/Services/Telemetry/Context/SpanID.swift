/// Names one span in its trace: 8 bytes, not all zero when valid (W3C Trace Context level 2, §3.2.2.4).
public struct SpanID: Sendable, Hashable {
  /// The bytes, big-endian.
  public let rawValue: UInt64

  /// An id of the given bytes.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// The id that 16 lowercase hexadecimal digits spell; nil for anything else and for the all-zero id.
  public init?(_ text: String) {
    let bytes = text.utf8.span
    guard bytes.count == 16, let id = SpanID(digits: bytes, at: 0) else { return nil }
    self = id
  }

  init?(digits text: Span<UInt8>, at offset: Int) {
    guard let value = Hexadecimal.parseUInt64(text, at: offset), value != 0 else { return nil }
    self.init(rawValue: value)
  }

  /// The 8 bytes in network order, as OTLP carries them.
  public var bytes: [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: rawValue >> (56 - 8 * UInt64($0))) }
  }
}

extension SpanID: CustomStringConvertible {
  /// 16 lowercase hexadecimal digits.
  public var description: String {
    let text = InlineArray<16, UInt8> { $0.append(self) }
    return String(ascii: text.span)
  }
}
