import DieService
import Telemetry

/// What chance decides of one roll, all at once when it begins.
struct RollDraw: Sendable, Hashable {
  /// How long the roll takes.
  let delay: Duration
  /// How much longer it may take, which nobody sees: a loop on which thousands wait wakes for several of them at a time.
  var tolerance: Duration { min(delay / 100, .milliseconds(4)) }
  /// What comes up; nil for a roll that fails.
  let face: Int?
  /// What an incident does to the roll; nil for one that begins while there is none.
  let disturbance: Disturbance?

  /// An incident's part in a roll.
  struct Disturbance: Sendable, Hashable {
    /// The incident's number.
    let incident: Int
    /// Whether the roll fails by it; one that its die would have failed in any case does not.
    let isFailure: Bool
  }

  init(
    _ die: DieSpecification,
    maximumDelay: Duration,
    during incident: Incident? = nil,
    using random: inout some RandomNumberGenerator
  ) {
    let (seconds, attoseconds) = maximumDelay.components
    let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    let ownDelay = Duration.nanoseconds(Int64.random(in: 0...nanoseconds, using: &random))
    let dieFails = Double.random(in: 0..<1, using: &random) < die.errorRate
    let isFailure =
      if let incident, !dieFails { Double.random(in: 0..<1, using: &random) < incident.errorRate } else { false }
    delay = ownDelay + (incident?.delay ?? .zero)
    face = dieFails || isFailure ? nil : die.faces.randomElement(using: &random)
    disturbance = incident.map { Disturbance(incident: $0.number, isFailure: isFailure) }
  }
}

extension RollDraw.Disturbance {
  /// For the roll's span.
  var attributes: [Attribute] {
    [Attribute(.incidentNumber, incident), Attribute(.incidentError, .bool(isFailure))]
  }
}

extension RollDraw {
  /// For the log event of a failure: the incident where that is the cause, nothing where the die is.
  var cause: [Attribute] {
    guard let disturbance, disturbance.isFailure else { return [] }
    return [Attribute(LogField.incident, disturbance.incident)]
  }
}
