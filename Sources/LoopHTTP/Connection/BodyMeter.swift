/// When a body is too slow: after a time of grace it must have come at a minimum rate on average. Pure.
struct BodyMeter {
  private var startedAt: UInt64?
  private var bytes: UInt64 = 0

  mutating func reset() {
    self = BodyMeter()
  }

  mutating func received(_ count: Int) {
    bytes += UInt64(count)
  }

  /// How long from `now` the next bytes may take, in nanoseconds; 0 where the client is late already.
  mutating func allowance(now: UInt64, grace: UInt64, bytesPerSecond: Int) -> UInt64 {
    let start = startedAt ?? now
    startedAt = start
    let (seconds, rest) = bytes.quotientAndRemainder(dividingBy: UInt64(max(1, bytesPerSecond)))
    let due = start + grace + seconds * 1_000_000_000 + rest * 1_000_000_000 / UInt64(max(1, bytesPerSecond))
    return due > now ? due - now : 0
  }
}
