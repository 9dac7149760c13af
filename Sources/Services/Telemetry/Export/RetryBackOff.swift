/// How long to wait before the next attempt (OTLP specification, "OTLP/HTTP Throttling": exponential, with jitter).
struct RetryBackOff: Sendable, Hashable {
  /// The first wait, on average.
  var initial = Duration.milliseconds(250)
  /// The longest wait, on average: an export has ten seconds in all.
  var longest = Duration.seconds(4)

  /// The wait after attempt `attempt`, counted from 1: what the receiver asked for, else between half and one and a half
  /// of the exponential wait, as `random` between 0 and 1 decides.
  func delay(after attempt: Int, asked: Duration?, random: Double) -> Duration {
    if let asked { return asked }
    let average = min(initial * (1 << min(attempt - 1, 16)), longest)
    return average * (0.5 + random)
  }
}
