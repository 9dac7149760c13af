import Telemetry

/// A trace for each order of latency, the newest of each, so that every percentile has one to look at.
///
/// Bounded: eight buckets for each doubling of the latency.
struct TraceExemplars: Sendable {
  private var traces: [Int: TraceID] = [:]

  mutating func keep(_ trace: TraceID, nanoseconds: UInt64) {
    traces[Self.bucket(nanoseconds)] = trace
  }

  mutating func add(_ other: TraceExemplars) {
    traces.merge(other.traces) { _, new in new }
  }

  /// The trace whose latency is nearest.
  func nearest(nanoseconds: UInt64) -> TraceID? {
    let bucket = Self.bucket(nanoseconds)
    return traces.min { (abs($0.key - bucket), $0.key) < (abs($1.key - bucket), $1.key) }?.value
  }

  /// The three bits below the highest one, and that one's place.
  private static func bucket(_ nanoseconds: UInt64) -> Int {
    let exponent = 63 - (nanoseconds | 8).leadingZeroBitCount
    return exponent * 8 + Int((nanoseconds >> UInt64(exponent - 3)) & 7)
  }
}
