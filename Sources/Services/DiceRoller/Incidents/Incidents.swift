import LoopHTTP
import Telemetry

/// An incident under way.
struct Incident: Sendable, Hashable {
  /// Counted from 1.
  let number: Int
  /// The share of rolls that it fails.
  let errorRate: Double
  /// How much longer a roll takes.
  let delay: Duration
}

/// The incidents of a roller since its start.
struct Incidents: Sendable {
  private let settings: IncidentSettings
  /// See `EventLoop.monotonicNanoseconds()`.
  private let start: UInt64

  init(_ settings: IncidentSettings, start: UInt64 = EventLoop.monotonicNanoseconds()) {
    self.settings = settings
    self.start = start
  }

  /// The one that is under way; nil between two of them.
  var current: Incident? { current(at: EventLoop.monotonicNanoseconds()) }

  func current(at time: UInt64) -> Incident? {
    settings.schedule.number(at: time - start).map {
      Incident(number: $0, errorRate: settings.errorRate, delay: settings.delay)
    }
  }

  /// Says in the log what is to come, with the seed that repeats it.
  func announce(_ logger: OTelLogger) {
    let schedule = settings.schedule
    let seed = Int64(exactly: schedule.seed).map(AttributeValue.int) ?? .string("\(schedule.seed)")
    let told = [Attribute(LogField.every, Double(schedule.period) / 1e9), Attribute(LogField.seed, seed)]
    logger.info("Incidents scheduled", told + attributes)
  }

  /// Logs where each begins and ends, on the loop's timers, until the task is cancelled or the loop ends.
  func log(on loop: EventLoop, _ logger: OTelLogger) async throws(CancellationError) {
    var number = 1
    while true {
      let interval = settings.schedule.interval(of: number)
      let incident = [Attribute(LogField.incident, number)]
      try await sleep(until: interval.lowerBound, on: loop)
      logger.warning("Incident began", incident + attributes)
      try await sleep(until: interval.upperBound, on: loop)
      logger.info("Incident ended", incident)
      number += 1
    }
  }

  private func sleep(until time: UInt64, on loop: EventLoop) async throws(CancellationError) {
    let now = EventLoop.monotonicNanoseconds() - start
    try await loop.sleep(for: .nanoseconds(Int64(time) - Int64(now)))
  }

  /// What happens, and for how long; times in seconds, as in all of the log.
  private var attributes: [Attribute] {
    [
      Attribute(LogField.duration, Double(settings.schedule.length) / 1e9),
      Attribute(LogField.errorRate, settings.errorRate),
      Attribute(LogField.delay, settings.delay / .seconds(1)),
    ]
  }
}
