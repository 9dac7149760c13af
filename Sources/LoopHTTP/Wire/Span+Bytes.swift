extension Span<UInt8> {
  /// Where the run of token bytes that begins at `start` ends. Nearly all are letters.
  @inline(__always)
  func endOfToken(from start: Int) -> Int {
    endOfRun(from: start, suspects: Words.notLetters, isMember: ByteClass.isToken)
  }

  /// Where the run of field value bytes that begins at `start` ends.
  @inline(__always)
  func endOfFieldValue(from start: Int) -> Int {
    endOfRun(from: start, suspects: Words.controls, isMember: ByteClass.isFieldValue)
  }

  /// Where the run of request target bytes that begins at `start` ends.
  @inline(__always)
  func endOfTarget(from start: Int) -> Int {
    endOfRun(from: start, suspects: Words.notTarget, isMember: ByteClass.isTarget)
  }

  /// The same, ended by a query as well.
  @inline(__always)
  func endOfPath(from start: Int) -> Int {
    endOfRun(from: start, suspects: Words.notPath, isMember: ByteClass.isPath)
  }

  /// Where the run of bytes of a registered name, without escapes, that begins at `start` ends. Nearly all are those of
  /// host names and IPv4 addresses.
  @inline(__always)
  func endOfRegisteredName(from start: Int) -> Int {
    endOfRun(from: start, suspects: Words.notHostName, isMember: ByteClass.isRegisteredName)
  }

  /// Where the run of ASCII that needs no escaping between quotes ends, in HTTP (RFC 9110 §5.6.4) as in JSON: no control
  /// characters, no quote and no backslash.
  package func endOfQuotedASCII(from start: Int) -> Int {
    endOfRun(from: start, suspects: Words.notQuotedASCII, isMember: ByteClass.isQuotedASCII)
  }

  /// Where the first `byte` is, from `start` on; the count without one.
  @inline(__always)
  func firstIndex(of byte: UInt8, from start: Int) -> Int {
    endOfRun(from: start, suspects: { Words.equal(to: byte, $0) }, isMember: { $0 != byte })
  }

  /// Where the run of members that begins at `start` ends. Of eight bytes at a time only those are asked about that
  /// `suspects` marks. Counting from 0 in a slice spares the bounds checks.
  @inline(__always)
  private func endOfRun(from start: Int, suspects: (UInt64) -> UInt64, isMember: (UInt8) -> Bool) -> Int {
    let rest = extracting(start..<count)
    var length = 0
    while rest.count - length >= 8 {
      let marks = suspects(rest.word(at: length))
      length += Words.first(marks)
      guard marks != 0 else { continue }
      guard isMember(rest[length]) else { return start + length }
      length += 1
    }
    while length < rest.count, isMember(rest[length]) { length += 1 }
    return start + length
  }

  /// Whether these are the bytes of `other` in `range`.
  @inline(__always)
  func equals(_ other: [UInt8], _ range: Range<Int>) -> Bool {
    guard count == range.count else { return false }
    let expected = other.span.extracting(range)
    var offset = 0
    while count - offset >= 8 {
      guard word(at: offset) == expected.word(at: offset) else { return false }
      offset += 8
    }
    while offset < count {
      guard self[offset] == expected[offset] else { return false }
      offset += 1
    }
    return true
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
