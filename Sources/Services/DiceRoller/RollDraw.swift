import DieService

/// What chance decides of one roll, all at once when it begins.
struct RollDraw: Sendable, Hashable {
  /// How long the roll takes.
  let delay: Duration
  /// How much longer it may take, which nobody sees: a loop on which thousands wait wakes for several of them at a time.
  var tolerance: Duration { min(delay / 100, .milliseconds(4)) }
  /// What comes up; nil for a roll that fails.
  let face: Int?

  init(_ die: DieSpecification, maximumDelay: Duration, using random: inout some RandomNumberGenerator) {
    let (seconds, attoseconds) = maximumDelay.components
    let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    delay = .nanoseconds(Int64.random(in: 0...nanoseconds, using: &random))
    let fails = Double.random(in: 0..<1, using: &random) < die.errorRate
    face = fails ? nil : die.faces.randomElement(using: &random)
  }
}
