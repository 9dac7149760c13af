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

/// The `Date` field's value, formatted anew only when the second has changed.
struct DateCache {
  private var second: Int64 = -1
  private(set) var text: [UInt8] = []

  mutating func current() -> [UInt8] {
    let now = Int64(EventLoop.wallClockNanoseconds() / 1_000_000_000)
    if now != second {
      second = now
      text = Array(HTTPDate.format(secondsSince1970: now).utf8)
    }
    return text
  }
}
