/// The character classes of RFC 9110 §5.6.2, RFC 9112 §3 and §5 and RFC 3986 §3.2.2. Sets are pairs of 64-bit maps: a
/// test is a shift and a mask on constants, with no table in memory to initialise or to bound-check.
package enum ByteClass {
  package static let tab = UInt8(ascii: "\t")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  package static let space = UInt8(ascii: " ")

  /// RFC 9110 §5.6.2: `tchar` = `!#$%&'*+-.^_` and `` ` ``, `|~`, DIGIT, ALPHA.
  @inlinable @inline(__always)
  package static func isToken(_ byte: UInt8) -> Bool {
    // Nearly all are letters: asking for those first is cheaper.
    (byte | 0x20) &- UInt8(ascii: "a") < 26 || contains(byte, low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe)
  }

  /// RFC 3986 §3.2.2: the bytes of `reg-name` outside of escapes, that is unreserved and sub-delims.
  @inline(__always)
  static func isRegisteredName(_ byte: UInt8) -> Bool {
    contains(byte, low: 0x2bff_7fd2_0000_0000, high: 0x47ff_fffe_87ff_fffe)
  }

  /// RFC 9110 §5.6.4: what needs no escaping in a `quoted-string`, of it what is visible ASCII or space.
  @inline(__always)
  static func isQuotedASCII(_ byte: UInt8) -> Bool {
    byte &- space < 0x5f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  /// RFC 9110 §5.5: visible ASCII, obs-text, space and tab. Every other control character ends or spoils a line.
  @inline(__always)
  static func isFieldValue(_ byte: UInt8) -> Bool {
    (byte >= space && byte != 0x7f) || byte == tab
  }

  /// RFC 3986 §3: a request target holds visible ASCII only and never a fragment.
  @inline(__always)
  static func isTarget(_ byte: UInt8) -> Bool {
    byte > space && byte < 0x7f && byte != UInt8(ascii: "#")
  }

  /// The same up to the query.
  @inline(__always)
  static func isPath(_ byte: UInt8) -> Bool {
    isTarget(byte) && byte != UInt8(ascii: "?")
  }

  @inlinable @inline(__always)
  package static func isDigit(_ byte: UInt8) -> Bool {
    byte &- UInt8(ascii: "0") < 10
  }

  @inlinable @inline(__always)
  package static func isOptionalWhitespace(_ byte: UInt8) -> Bool {
    byte == space || byte == tab
  }

  /// The value of an ASCII hexadecimal digit, nil for every other byte.
  @inlinable @inline(__always)
  package static func hexValue(_ byte: UInt8) -> UInt8? {
    let digit = byte &- UInt8(ascii: "0")
    if digit < 10 { return digit }
    let letter = (byte | 0x20) &- UInt8(ascii: "a")
    return letter < 6 ? letter + 10 : nil
  }

  /// Whether `bytes` spell `lowercase`, a token, in any ASCII case.
  @inline(__always)
  static func matches(_ bytes: Span<UInt8>, _ lowercase: String) -> Bool {
    let expected = lowercase.utf8.span
    guard bytes.count == expected.count else { return false }
    for index in expected.indices where lowercased(bytes[index]) != expected[index] { return false }
    return true
  }

  @inline(__always)
  private static func lowercased(_ byte: UInt8) -> UInt8 {
    byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
  }

  /// The same with a text of letters, digits and hyphens that is known when this is compiled. Exact for bytes without control
  /// characters, which the field grammar has removed: setting bit 5 maps no other visible byte to one of those.
  @inline(__always)
  static func matches(_ bytes: Span<UInt8>, literal lowercase: StaticString) -> Bool {
    bytes.equalsIgnoringCase(lowercase)
  }

  /// Whether `bytes` are exactly a text known when this is compiled.
  @inline(__always)
  static func equals(_ bytes: Span<UInt8>, literal text: StaticString) -> Bool {
    bytes.equals(text)
  }

  /// Whether `bytes` are exactly `text`.
  @inline(__always)
  static func equals(_ bytes: Span<UInt8>, _ text: String) -> Bool {
    let expected = text.utf8.span
    guard bytes.count == expected.count else { return false }
    for index in expected.indices where bytes[index] != expected[index] { return false }
    return true
  }

  @inlinable @inline(__always)
  static func contains(_ byte: UInt8, low: UInt64, high: UInt64) -> Bool {
    byte < 0x80 && ((byte < 0x40 ? low : high) >> UInt64(byte & 0x3f)) & 1 == 1
  }
}
