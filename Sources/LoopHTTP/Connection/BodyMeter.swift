/// When a body is too slow: while it is waited for, after a time of grace, it must come at a minimum rate on average. Time in
/// which nobody waits, because the handler has other things to do, is not the client's. Pure.
struct BodyMeter {
  private var waitStart: UInt64?
  /// In waits that have ended.
  private var waited: UInt64 = 0
  private var bytes: UInt64 = 0

  mutating func reset() {
    self = BodyMeter()
  }

  mutating func received(_ count: Int) {
    bytes += UInt64(count)
  }

  /// How long from `now` the next bytes may take, in nanoseconds; 0 where the client is late already.
  mutating func waitBegins(now: UInt64, grace: UInt64, bytesPerSecond: Int) -> UInt64 {
    waitStart = now
    let (seconds, rest) = bytes.quotientAndRemainder(dividingBy: UInt64(max(1, bytesPerSecond)))
    let granted = grace + seconds * 1_000_000_000 + rest * 1_000_000_000 / UInt64(max(1, bytesPerSecond))
    return granted > waited ? granted - waited : 0
  }

  mutating func waitEnded(now: UInt64) {
    guard let start = waitStart.take(), now > start else { return }
    waited += now - start
  }
}
