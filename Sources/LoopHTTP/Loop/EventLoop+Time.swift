#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension EventLoop {
  /// Nanoseconds of `CLOCK_MONOTONIC`.
  public static func monotonicNanoseconds() -> UInt64 {
    nanoseconds(CLOCK_MONOTONIC)
  }

  /// Nanoseconds since 1970 in UTC, `CLOCK_REALTIME`: may step.
  public static func wallClockNanoseconds() -> UInt64 {
    nanoseconds(CLOCK_REALTIME)
  }

  private static func nanoseconds(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    let result = unsafe clock_gettime(clock, &time)
    precondition(result == 0, "clock \(clock) is missing")
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

extension Duration {
  /// Whole nanoseconds, 0 for negative durations, at most a century: nobody waits longer, and sums stay in range.
  var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    return UInt64(min(seconds, 100 * 365 * 86_400)) * 1_000_000_000 + UInt64(attoseconds) / 1_000_000_000
  }
}

/// The `Date` field line, rendered anew only when the second has changed.
struct DateCache {
  /// `Date: Sun, 06 Nov 1994 08:49:37 GMT` and the line's end: always as long, and no reference to count.
  typealias Line = InlineArray<37, UInt8>

  private var validUntil: UInt64 = 0
  private var line = Line(repeating: 0)

  /// The line with its line end, at a monotonic instant of the present iteration: the wall clock is read once a second.
  @inline(__always)
  mutating func line(at instant: UInt64) -> Line {
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
