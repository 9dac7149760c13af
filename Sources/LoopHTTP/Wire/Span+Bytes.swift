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
    while rest.count - length >= 8, Words.haveNoControls(rest.word(at: length)) { length += 8 }
    while length < rest.count, ByteClass.isFieldValue(rest[length]) { length += 1 }
    return start + length
  }

  /// Where the run of request target bytes that begins at `start` ends.
  @inline(__always)
  func endOfTarget(from start: Int) -> Int {
    let rest = extracting(start..<count)
    var length = 0
    while rest.count - length >= 8, Words.areTarget(rest.word(at: length)) { length += 8 }
    while length < rest.count, ByteClass.isTarget(rest[length]) { length += 1 }
    return start + length
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
