/// The `Date` field line, rendered anew only when the second has changed.
struct DateCache {
  private var validUntil: UInt64 = 0
  private var line = ResponseHead.DateLine(repeating: 0)

  /// The line with its line end, at a monotonic instant of the present iteration: the wall clock is read once a second.
  @inline(__always)
  mutating func line(at instant: UInt64) -> ResponseHead.DateLine {
    if instant >= validUntil { render(instant) }
    return line
  }

  private mutating func render(_ instant: UInt64) {
    let now = EventLoop.wallClockNanoseconds()
    validUntil = instant + 1_000_000_000 - now % 1_000_000_000
    let text = Array("Date: \(HTTPDate.format(secondsSince1970: Int64(now / 1_000_000_000)))\r\n".utf8)
    precondition(text.count == line.count, "a date of unusual length")
    for index in line.indices { line[index] = text[index] }
  }
}
