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

  /// The eight digits as characters, the first in the most significant byte: every four bits move to a byte of their own,
  /// and those above nine to the letters.
  @inline(__always)
  static func digits(of number: UInt32) -> UInt64 {
    var word = UInt64(number)
    word = (word | word << 16) & 0x0000_ffff_0000_ffff
    word = (word | word << 8) & 0x00ff_00ff_00ff_00ff
    word = (word | word << 4) & 0x0f0f_0f0f_0f0f_0f0f
    let letters = ((word &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
    return word &+ 0x3030_3030_3030_3030 &+ letters &* 39
  }

  private static func digitValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
