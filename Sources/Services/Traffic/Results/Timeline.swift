import Histogram

/// How latency and errors went along the run: a bounded number of equal intervals that grow with it.
struct Timeline: Sendable {
  struct Interval: Sendable {
    var requests = 0
    var errors = 0
    /// Microseconds, with a relative error of 1 %.
    var latencies = Histogram<UInt32>(
      lowestDiscernibleValue: 1,
      highestTrackableValue: LatencyRecord.mostNanoseconds / 1000,
      numberOfSignificantValueDigits: .two
    )

    mutating func add(latency nanoseconds: UInt64) {
      _ = latencies.record(min(nanoseconds, LatencyRecord.mostNanoseconds) / 1000)
    }

    mutating func add(_ other: Interval) {
      requests += other.requests
      errors += other.errors
      latencies.add(other.latencies)
    }

    /// In seconds; nil where the answers are too few to tell, as in the whole run.
    func seconds(percentile: Double) -> Double? {
      guard latencies.totalCount >= LatencyRecord.requestsNeeded(percentile: percentile) else { return nil }
      return Double(latencies.valueAtPercentile(percentile)) / 1e6
    }
  }

  /// More points than a chart shows.
  private static let mostIntervals = 256

  private(set) var intervals: [Interval] = []
  private(set) var intervalSeconds = 0.5

  /// A request that was due `seconds` after the beginning; `nanoseconds` is its latency, nil where it had none.
  mutating func record(at seconds: Double, nanoseconds: UInt64?, isError: Bool) {
    let index = reach(max(0, seconds))
    intervals[index].requests += 1
    if isError { intervals[index].errors += 1 }
    if let nanoseconds { intervals[index].add(latency: nanoseconds) }
  }

  /// A request that was due `seconds` after the beginning and given up after `nanoseconds`: a latency of no request that counts.
  mutating func recordWait(at seconds: Double, nanoseconds: UInt64) {
    intervals[reach(max(0, seconds))].add(latency: nanoseconds)
  }

  mutating func add(_ other: Timeline) {
    var other = other
    while other.intervalSeconds < intervalSeconds { other.coarsen() }
    while intervalSeconds < other.intervalSeconds { coarsen() }
    for (index, interval) in other.intervals.enumerated() {
      if index == intervals.count { intervals.append(Interval()) }
      intervals[index].add(interval)
    }
  }

  /// The interval of that moment, which exists afterwards.
  private mutating func reach(_ seconds: Double) -> Int {
    while Int(seconds / intervalSeconds) >= Self.mostIntervals { coarsen() }
    let index = Int(seconds / intervalSeconds)
    while intervals.count <= index { intervals.append(Interval()) }
    return index
  }

  /// Two intervals become one.
  private mutating func coarsen() {
    var coarse: [Interval] = []
    for (index, interval) in intervals.enumerated() {
      if index.isMultiple(of: 2) { coarse.append(interval) } else { coarse[index / 2].add(interval) }
    }
    intervals = coarse
    intervalSeconds *= 2
  }
}
