extension Span<UInt8> {
  /// Where the run of token bytes that begins at `start` ends. Counting from 0 in a slice spares the bounds checks.
  @inline(__always)
  func endOfToken(from start: Int) -> Int {
    let rest = extracting(start..<count)
    var length = 0
    while length < rest.count, ByteClass.isToken(rest[length]) { length += 1 }
    return start + length
  }

  /// Where the run of field value bytes that begins at `start` ends. Eight at a time while all of them are ordinary.
  @inline(__always)
  func endOfFieldValue(from start: Int) -> Int {
    let rest = extracting(start..<count)
    var length = 0
    while rest.count - length >= 8, rest.extracting(length..<(length + 8)).hasNoControls { length += 8 }
    while length < rest.count, ByteClass.isFieldValue(rest[length]) { length += 1 }
    return start + length
  }

  /// Where the run of request target bytes that begins at `start` ends.
  @inline(__always)
  func endOfTarget(from start: Int) -> Int {
    let rest = extracting(start..<count)
    var length = 0
    while length < rest.count, ByteClass.isTarget(rest[length]) { length += 1 }
    return start + length
  }

  /// Whether eight bytes are all neither below space nor DEL. A subtraction in each byte borrows into its top bit exactly
  /// when the byte, below 0x80, is smaller; a borrow from a neighbour can only follow a byte that is one.
  @inline(__always)
  private var hasNoControls: Bool {
    var word: UInt64 = 0
    for index in 0..<8 { word |= UInt64(self[index]) << UInt64(index * 8) }
    let delete = word ^ 0x7f7f_7f7f_7f7f_7f7f
    let belowSpace = (word &- 0x2020_2020_2020_2020) & ~word
    let isDelete = (delete &- 0x0101_0101_0101_0101) & ~delete
    return (belowSpace | isDelete) & 0x8080_8080_8080_8080 == 0
  }

  /// `bounds` without leading and trailing spaces and tabs (OWS, RFC 9110 §5.6.3).
  @inline(__always)
  func trimmingOptionalWhitespace(_ bounds: Range<Int>) -> Range<Int> {
    var start = bounds.lowerBound
    var end = bounds.upperBound
    while start < end, ByteClass.isOptionalWhitespace(self[start]) { start += 1 }
    while end > start, ByteClass.isOptionalWhitespace(self[end - 1]) { end -= 1 }
    return start..<end
  }
}
