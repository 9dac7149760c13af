/// Names one trace: 16 bytes, not all zero when valid (W3C Trace Context level 2, §3.2.2.3).
public struct TraceID: Sendable, Hashable {
  /// The first eight bytes, big-endian.
  public let high: UInt64
  /// The last eight bytes, big-endian: the ones that samplers look at.
  public let low: UInt64

  /// An id of the given halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The id that 32 lowercase hexadecimal digits spell; nil for anything else and for the all-zero id.
  public init?(_ text: String) {
    let bytes = text.utf8.span
    guard bytes.count == 32, let id = TraceID(digits: bytes, at: 0) else { return nil }
    self = id
  }

  /// An id as people and Grafana Tempo write it: either case, leading zeros may be missing.
  public init?(shortened text: String) {
    guard (1...32).contains(text.utf8.count) else { return nil }
    self.init(String(repeating: "0", count: 32 - text.utf8.count) + text.lowercased())
  }

  init?(digits text: Span<UInt8>, at offset: Int) {
    guard
      let high = Hexadecimal.parseUInt64(text, at: offset),
      let low = Hexadecimal.parseUInt64(text, at: offset + 16),
      high | low != 0
    else { return nil }
    self.init(high: high, low: low)
  }

  /// The 16 bytes in network order, as OTLP carries them.
  public var bytes: [UInt8] {
    Self.bytes(of: high) + Self.bytes(of: low)
  }

  private static func bytes(of half: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * UInt64($0))) }
  }
}

extension TraceID: CustomStringConvertible {
  /// 32 lowercase hexadecimal digits.
  public var description: String {
    let text = InlineArray<32, UInt8> { $0.append(self) }
    return String(ascii: text.span)
  }
}
