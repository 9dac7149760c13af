import Histogram
import LoopHTTP
import Telemetry

/// The latencies of one kind of request: a histogram with a relative error of 0.1 %, and traces to look at.
struct LatencyRecord: Sendable {
  /// Nanoseconds; below a microsecond all are alike, and no request is waited for longer than the maximum.
  private var histogram = Histogram<UInt64>(
    lowestDiscernibleValue: 1000,
    highestTrackableValue: LatencyRecord.mostNanoseconds,
    numberOfSignificantValueDigits: .three
  )
  private(set) var slowest: (nanoseconds: UInt64, trace: TraceID?) = (0, nil)
  private(set) var sumOfNanoseconds = 0.0
  private var exemplars = TraceExemplars()

  static let mostNanoseconds: UInt64 = 600_000_000_000

  var count: Int { Int(histogram.totalCount) }
  /// In seconds.
  var mean: Double { count == 0 ? .nan : sumOfNanoseconds / Double(count) / 1e9 }

  /// - Parameter trace: A trace that is recorded somewhere; nil where the request's was not.
  mutating func record(_ nanoseconds: UInt64, trace: TraceID?) {
    _ = histogram.record(min(nanoseconds, Self.mostNanoseconds))
    sumOfNanoseconds += Double(nanoseconds)
    if nanoseconds >= slowest.nanoseconds { slowest = (nanoseconds, trace) }
    if let trace { exemplars.keep(trace, nanoseconds: nanoseconds) }
  }

  mutating func add(_ other: LatencyRecord) {
    histogram.add(other.histogram)
    sumOfNanoseconds += other.sumOfNanoseconds
    if other.slowest.nanoseconds >= slowest.nanoseconds { slowest = other.slowest }
    exemplars.add(other.exemplars)
  }

  /// Seconds that `percentile` percent of the requests took at most; `nan` where there were none.
  func seconds(percentile: Double) -> Double {
    guard count > 0 else { return .nan }
    return Double(histogram.valueAtPercentile(percentile)) / 1e9
  }

  /// A recorded trace of a request that took about as long as that percentile says; nil where none was recorded.
  func trace(percentile: Double) -> TraceID? {
    percentile >= 100 && slowest.trace != nil
      ? slowest.trace : exemplars.nearest(nanoseconds: UInt64(max(0, seconds(percentile: percentile) * 1e9)))
  }
}
