extension Span<UInt8> {
  /// The eight bytes from `offset` on as one number, the first the least significant. All must lie within.
  @inline(__always)
  func word(at offset: Int) -> UInt64 {
    // SAFETY: every pattern of bits is an integer, and the bounds are checked.
    UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// Whether these are exactly the bytes of `text`. With a literal the compiler unrolls it to a few comparisons of words.
  @inline(__always)
  func equals(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    // SAFETY: a static string's bytes live as long as the process, and the index is below their count.
    for index in indices where unsafe self[index] != text.utf8Start[index] { return false }
    return true
  }

  /// Whether these bytes with bit 5 set, which maps upper to lower case, are those of `text`.
  @inline(__always)
  func equalsIgnoringCase(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    // SAFETY: as above.
    for index in indices where unsafe self[index] | 0x20 != text.utf8Start[index] { return false }
    return true
  }
}
