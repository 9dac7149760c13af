/// Lowercase hexadecimal as trace context and OTLP/JSON write it: two digits a byte, upper case is an error.
enum Hexadecimal {
  /// The 16 digits that start at `offset`, or nil when one of them is no lowercase hexadecimal digit.
  static func parseUInt64(_ text: Span<UInt8>, at offset: Int) -> UInt64? {
    var value: UInt64 = 0
    for index in offset..<(offset + 16) {
      guard let digit = digitValue(text[index]) else { return nil }
      value = value << 4 | UInt64(digit)
    }
    return value
  }

  /// The two digits that start at `offset`, or nil when one of them is no lowercase hexadecimal digit.
  static func parseUInt8(_ text: Span<UInt8>, at offset: Int) -> UInt8? {
    guard let high = digitValue(text[offset]), let low = digitValue(text[offset + 1]) else { return nil }
    return high << 4 | low
  }

  /// Writes 16 digits of `value` at `offset`.
  static func write(_ value: UInt64, to text: inout MutableSpan<UInt8>, at offset: Int) {
    var rest = value
    for index in stride(from: offset + 15, through: offset, by: -1) {
      text[index] = digit(UInt8(truncatingIfNeeded: rest & 0xf))
      rest >>= 4
    }
  }

  /// Writes two digits of `value` at `offset`.
  static func write(_ value: UInt8, to text: inout MutableSpan<UInt8>, at offset: Int) {
    text[offset] = digit(value >> 4)
    text[offset + 1] = digit(value & 0xf)
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
  }

  private static func digitValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
