/// The moments of a run, monotonic nanoseconds.
struct RunTimes: Sendable {
  /// When the first request is due.
  let begin: UInt64
  /// When the warm-up is over.
  let measuredFrom: UInt64
  /// When no more requests are sent; nil for a run that goes on until it is stopped.
  let end: UInt64?

  /// A server that is too slow leaves requests waiting for a connection when the time is over. They are sent, too, for
  /// leaving them out would flatter it, but only for so long.
  private static let patience: UInt64 = 5_000_000_000

  /// When requests that still wait for a connection are given up.
  var lastSending: UInt64 { end.map { $0 + Self.patience } ?? .max }

  init(begin: UInt64, _ settings: TrafficSettings) {
    let measuredFrom = begin + UInt64(settings.warmUpSeconds * 1e9)
    self.begin = begin
    self.measuredFrom = measuredFrom
    end = settings.seconds.map { measuredFrom + UInt64($0 * 1e9) }
  }

  /// When a planned request is due.
  func moment(of arrival: OpenArrivals.Arrival) -> UInt64 { begin + UInt64(arrival.due * 1e9) }
}
