/// How one loop has spent its time, as counts since it started.
///
/// An iteration's busy time is what anything that became ready meanwhile had to wait: the loop's delay.
public struct LoopStatistics: Hashable, Sendable {
  /// Upper bounds of `delayCounts` in seconds; one more count follows for everything above.
  public static let delayBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0]

  /// Iterations that kept I/O waiting at most so long (and longer than the bound before), not cumulative.
  public internal(set) var delayCounts = [Int](repeating: 0, count: delayBounds.count + 1)
  /// Time in which the loop ran callbacks and jobs, in nanoseconds.
  public internal(set) var busyNanoseconds: UInt64 = 0
  /// Time in which the loop waited for I/O or a timer, in nanoseconds (libuv's `uv_metrics_idle_time`).
  public internal(set) var idleNanoseconds: UInt64 = 0

  private static let boundNanoseconds = delayBounds.map { UInt64($0 * 1e9) }

  mutating func record(busy nanoseconds: UInt64) {
    busyNanoseconds += nanoseconds
    var bucket = 0
    while bucket < Self.boundNanoseconds.count, nanoseconds > Self.boundNanoseconds[bucket] { bucket += 1 }
    delayCounts[bucket] += 1
  }
}
