/// Questions to eight bytes at once. A subtraction in each byte borrows into its top bit exactly when the byte, below 0x80, is
/// smaller; a borrow from a neighbour can only follow a byte that is one, so a word that passes has none.
enum Words {
  private static let topBits: UInt64 = 0x8080_8080_8080_8080

  /// Whether all are field value bytes (RFC 9110 §5.5) that are not tabs: none below space and no DEL.
  @inline(__always)
  static func haveNoControls(_ word: UInt64) -> Bool {
    (areBelow(0x20, word) | are(0x7f, word)) & topBits == 0
  }

  /// Whether all are request target bytes (RFC 3986 §3): visible ASCII without `#`.
  @inline(__always)
  static func areTarget(_ word: UInt64) -> Bool {
    (areBelow(0x21, word) | are(0x7f, word) | are(UInt8(ascii: "#"), word) | word) & topBits == 0
  }

  /// A set top bit where a byte is less than `limit`.
  @inline(__always)
  private static func areBelow(_ limit: UInt8, _ word: UInt64) -> UInt64 {
    (word &- repeated(limit)) & ~word
  }

  /// A set top bit where a byte is `value`.
  @inline(__always)
  private static func are(_ value: UInt8, _ word: UInt64) -> UInt64 {
    areBelow(1, word ^ repeated(value))
  }

  @inline(__always)
  private static func repeated(_ byte: UInt8) -> UInt64 {
    UInt64(byte) &* 0x0101_0101_0101_0101
  }
}
