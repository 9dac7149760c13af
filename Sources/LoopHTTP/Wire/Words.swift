/// Questions to eight bytes at once, the first byte the least significant. An answer has the top bit of each byte set that is
/// one, and perhaps of some behind the first such byte: a borrow or a carry from a neighbour can only follow a byte that is
/// one. So no mark means that there is none, and the lowest mark is true; but not where an answer is what two others have in
/// common, whose wrong marks may meet before the first that is true of both. Whoever finds a mark asks about the byte.
enum Words {
  private static let topBits: UInt64 = 0x8080_8080_8080_8080

  /// Those that are no field value bytes (RFC 9110 §5.5), and tabs: whatever is below space, and DEL.
  @inline(__always)
  static func controls(_ word: UInt64) -> UInt64 {
    (below(0x20, word) | equal(0x7f, word)) & topBits
  }

  /// Those that are no request target bytes (RFC 3986 §3): not visible ASCII, or `#`.
  @inline(__always)
  static func notTarget(_ word: UInt64) -> UInt64 {
    (below(0x21, word) | equal(0x7f, word) | equal(UInt8(ascii: "#"), word) | word) & topBits
  }

  /// The same, and those that begin a query.
  @inline(__always)
  static func notPath(_ word: UInt64) -> UInt64 {
    notTarget(word) | equal(to: UInt8(ascii: "?"), word)
  }

  /// Those that are no ASCII text, or quotes, or backslashes.
  @inline(__always)
  static func notQuotedASCII(_ word: UInt64) -> UInt64 {
    (controls(word) | equal(to: UInt8(ascii: "\""), word) | equal(to: UInt8(ascii: "\\"), word) | word) & topBits
  }

  /// Those that are no ASCII letters. Bit 5 maps upper to lower case, and no other byte to a letter.
  @inline(__always)
  static func notLetters(_ word: UInt64) -> UInt64 {
    let lower = word | repeated(0x20)
    return (below(UInt8(ascii: "a"), lower) | (lower &+ repeated(0x7f - UInt8(ascii: "z"))) | lower) & topBits
  }

  /// Those that are neither ASCII letters nor digits nor hyphens nor dots, of which host names and IPv4 addresses are made; the
  /// lowest mark may be wrong. Hyphen to nine are one run, with a slash in it.
  @inline(__always)
  static func notHostName(_ word: UInt64) -> UInt64 {
    let notInRun = below(UInt8(ascii: "-"), word) | (word &+ repeated(0x7f - UInt8(ascii: "9"))) | word
    return notLetters(word) & (notInRun | equal(UInt8(ascii: "/"), word))
  }

  /// Those that are `value`.
  @inline(__always)
  static func equal(to value: UInt8, _ word: UInt64) -> UInt64 {
    equal(value, word) & topBits
  }

  /// The place of the first byte that is marked; 8 without one.
  @inline(__always)
  static func first(_ marks: UInt64) -> Int {
    marks.trailingZeroBitCount / 8
  }

  /// A set top bit where a byte is less than `limit`: subtracting borrows into it.
  @inline(__always)
  private static func below(_ limit: UInt8, _ word: UInt64) -> UInt64 {
    (word &- repeated(limit)) & ~word
  }

  /// A set top bit where a byte is `value`.
  @inline(__always)
  private static func equal(_ value: UInt8, _ word: UInt64) -> UInt64 {
    below(1, word ^ repeated(value))
  }

  @inline(__always)
  private static func repeated(_ byte: UInt8) -> UInt64 {
    UInt64(byte) &* 0x0101_0101_0101_0101
  }
}
