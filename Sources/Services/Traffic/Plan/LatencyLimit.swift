import Reporting

/// The most that a quantile of the latency may be: `p99=200ms`, `max=2s`.
public struct LatencyLimit: Sendable, Hashable, LosslessStringConvertible {
  /// In percent, 100 for the maximum.
  public let percentile: Double
  /// The highest latency that passes.
  public let seconds: Double
  /// As it was written.
  public let description: String

  /// Nil unless it is `p` and a number above 0 and up to 100, or `max`; an equals sign; and a time.
  public init?(_ text: String) {
    description = text
    guard let equals = text.firstIndex(of: "=") else { return nil }
    let name = text[..<equals]
    guard let seconds = Seconds(String(text[text.index(after: equals)...])), seconds.value > 0 else { return nil }
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
  /// As it was written.
  public let description: String

  /// Nil for what is no share.
  public init?(_ text: String) {
    description = text
    let isPercentage = text.hasSuffix("%")
    guard let number = Double(isPercentage ? text.dropLast() : Substring(text)) else { return nil }
    share = isPercentage ? number / 100 : number
    guard (0...1).contains(share) else { return nil }
  }
}
