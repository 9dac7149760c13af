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

  /// How many requests tell a percentile: so many that one of them is to be expected beyond it. 100 tell the 99th, which of
  /// fewer is the maximum under another name; that itself one tells.
  static func requestsNeeded(percentile: Double) -> Int {
    // A little less than one, because 100 − 99.9 is a little less than 0.1.
    percentile >= 100 ? 1 : Int((100 / (100 - percentile) * (1 - 1e-8)).rounded(.up))
  }

  /// Seconds that `percentile` percent of the requests took at most; `nan` where they are too few to tell.
  ///
  /// - Parameter unanswered: So many more requests, which took longer than any time: infinite where the percentile falls
  ///   among them.
  func seconds(percentile: Double, unanswered: Int = 0) -> Double {
    let all = count + unanswered
    guard all >= Self.requestsNeeded(percentile: percentile) else { return .nan }
    // The same request's percentile among those with an answer.
    let amongAnswered = percentile * Double(all) / Double(count)
    guard amongAnswered <= 100 * (1 + 1e-12) else { return .infinity }
    return Double(histogram.valueAtPercentile(min(amongAnswered, 100))) / 1e9
  }

  /// A recorded trace of a request that took about as long as that percentile says; nil where none was recorded, or where
  /// the requests are too few to tell.
  func trace(percentile: Double) -> TraceID? {
    if percentile >= 100, let trace = slowest.trace { return trace }
    let seconds = seconds(percentile: percentile)
    return seconds.isNaN ? nil : exemplars.nearest(nanoseconds: UInt64(seconds * 1e9))
  }
}
