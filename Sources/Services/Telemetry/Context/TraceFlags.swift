/// The eight flag bits of a trace context (W3C Trace Context level 2, §3.2.2.5); two of them have a meaning so far.
public struct TraceFlags: OptionSet, Sendable, Hashable {
  /// The bits.
  public let rawValue: UInt8

  /// Flags of the given bits.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// The caller records this trace.
  public static let sampled = TraceFlags(rawValue: 0x01)
  /// The last seven bytes of the trace id are random, so that samplers may rely on them.
  public static let random = TraceFlags(rawValue: 0x02)
  /// Every bit that this version of the specification gives a meaning.
  static let known: TraceFlags = [.sampled, .random]
}

extension TraceFlags: CustomStringConvertible {
  /// Two lowercase hexadecimal digits.
  public var description: String {
    let text = InlineArray<2, UInt8> { $0.append(self) }
    return String(ascii: text.span)
  }
}
