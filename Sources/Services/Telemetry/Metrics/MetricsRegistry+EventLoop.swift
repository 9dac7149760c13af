public import LoopHTTP
import Synchronization

extension MetricDefinition {
  /// How long iterations took.
  public static let eventLoopDelay = MetricDefinition(
    .histogram(bounds: LoopStatistics.delayBounds),
    "event_loop_delay_seconds",
    help: "Time an event loop worked before it looked for I/O again, for each iteration.",
    labels: ["loop"]
  )
  /// The share of time in which a loop did not wait.
  public static let eventLoopUtilization = MetricDefinition(
    .gauge,
    "event_loop_utilization_ratio",
    help: "Share of the time since the previous scrape in which an event loop did not wait for I/O, from 0 to 1.",
    labels: ["loop"]
  )
}

extension MetricsRegistry {
  /// Registers delay and utilisation of a group's loops.
  public func registerEventLoopMetrics(_ group: EventLoopGroup) {
    registerEventLoopMetrics {
      var statistics: [LoopStatistics] = []
      for loop in group.loops { statistics.append(await loop.readStatistics()) }
      return statistics
    }
  }

  /// Registers the loops' delay and utilisation.
  ///
  /// - Parameter read: the statistics of each loop in the order of their index, taken at each scrape.
  func registerEventLoopMetrics(_ read: @escaping @Sendable () async -> [LoopStatistics]) {
    let meters = Mutex<[Int: UtilizationMeter]>([:])
    observe([.eventLoopDelay, .eventLoopUtilization]) {
      let loops = await read().enumerated()
      return [
        loops.map { index, statistics in MetricSeries([String(index)], .histogram(Self.delay(of: statistics))) },
        loops.map { index, statistics in
          let ratio = meters.withLock {
            $0[index, default: UtilizationMeter()].ratio(
              busy: statistics.busyNanoseconds,
              idle: statistics.idleNanoseconds
            )
          }
          return MetricSeries([String(index)], .number(ratio))
        },
      ]
    }
  }

  private static func delay(of statistics: LoopStatistics) -> HistogramCell {
    HistogramCell(
      bounds: LoopStatistics.delayBounds,
      counts: statistics.delayCounts.map { UInt64($0) },
      sum: Double(statistics.busyNanoseconds) / 1_000_000_000
    )
  }
}

/// Turns times since a loop began into utilisation since the last reading.
struct UtilizationMeter: Sendable {
  private var busy: UInt64 = 0
  private var idle: UInt64 = 0
  private var last = 0.0

  /// Readings closer together than this repeat the ratio of the one before: two scrapers must not leave each other
  /// a moment too short to mean anything.
  private static var shortestPeriod: UInt64 { 500_000_000 }

  /// The share of the time since the previous reading in which the loop worked; at first of the time since it began.
  mutating func ratio(busy: UInt64, idle: UInt64) -> Double {
    // Two scrapes at once may have read the loop in the one order and come here in the other.
    guard busy >= self.busy, idle >= self.idle else { return last }
    let busyPeriod = busy - self.busy
    let period = busyPeriod + idle - self.idle
    guard period >= Self.shortestPeriod || self.busy + self.idle == 0, period > 0 else { return last }
    last = Double(busyPeriod) / Double(period)
    self.busy = busy
    self.idle = idle
    return last
  }
}
