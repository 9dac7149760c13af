import Reporting

/// The most that a quantile of the latency may be: `p99=200ms`, `max=2s`.
public struct LatencyLimit: Sendable, Hashable, LosslessStringConvertible {
  /// In percent, 100 for the maximum.
  public let percentile: Double
  /// The highest latency that passes.
  public let seconds: Double
  /// As it was written.
  public let description: String

  /// Nil unless it is `p` and a number above 0 and up to 100, or `max`; an equals sign; and a time. The time has its unit:
  /// who writes `p99=200` means milliseconds as a rule, and a limit of 200 seconds holds whatever happens.
  public init?(_ text: String) {
    description = text
    guard let equals = text.firstIndex(of: "=") else { return nil }
    let name = text[..<equals]
    let time = String(text[text.index(after: equals)...])
    guard Double(time) == nil, let seconds = Seconds(time), seconds.value > 0 else { return nil }
    self.seconds = seconds.value
    if name == "max" {
      percentile = 100
    } else {
      guard name.first == "p", let number = Double(name.dropFirst()), number > 0, number <= 100 else { return nil }
      percentile = number
    }
  }
}

/// The largest share of requests that may fail: `1%` or `0.01`.
public struct ErrorLimit: Sendable, Hashable, LosslessStringConvertible {
  /// Between 0 and 1.
  public let share: Double
  /// In percent, whichever way it was written.
  public let description: String

  /// Nil for what is no share. A bare `1` is none: whether it means one percent or all, only its writer knows.
  public init?(_ text: String) {
    if text.hasSuffix("%") {
      guard let percent = Double(text.dropLast()), (0...100).contains(percent) else { return nil }
      share = percent / 100
      description = text
    } else {
      guard let share = Double(text), (0..<1).contains(share) else { return nil }
      self.share = share
      // Rounded: in binary, a hundred times 0.07 is a little more than 7.
      let percent = String((share * 1e8).rounded() / 1e6)
      description = (percent.hasSuffix(".0") ? String(percent.dropLast(2)) : percent) + "%"
    }
  }
}
