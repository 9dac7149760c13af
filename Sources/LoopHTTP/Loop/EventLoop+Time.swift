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
