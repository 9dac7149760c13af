/// The moments of a run, monotonic nanoseconds.
struct RunTimes: Sendable {
  /// When the first request is due.
  let begin: UInt64
  /// When the warm-up is over.
  let measuredFrom: UInt64
  /// When no more requests are sent; nil for a run that goes on until it is stopped.
  let end: UInt64?

  init(begin: UInt64, _ settings: TrafficSettings) {
    let measuredFrom = begin + UInt64(settings.warmUpSeconds * 1e9)
    self.begin = begin
    self.measuredFrom = measuredFrom
    end = settings.seconds.map { measuredFrom + UInt64($0 * 1e9) }
  }
}
