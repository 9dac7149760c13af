#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How many times one mean is another, and how sure that is.
struct RatioEstimate: Sendable, Hashable {
  /// The ratio of the means.
  let value: Double
  /// Where the true ratio lies with 95 % confidence; nil where one of the samples has fewer than `leastCount` values.
  let interval: ClosedRange<Double>?

  /// Of two or three values the values themselves tell more than an interval (Cumming, Fidler and Vaux, "Error bars in
  /// experimental biology", 2007, rule 4): Student's t of one degree of freedom, 12.7, makes it wider than any result.
  static let leastCount = 4

  /// Welch's interval for the difference of the logarithms of two independent means, with the variances of the delta
  /// method and the Welch–Satterthwaite degrees of freedom. Nil for an empty sample.
  init?(_ numerator: Sample, over denominator: Sample) {
    guard numerator.count > 0, denominator.count > 0, denominator.mean > 0, numerator.mean > 0 else { return nil }
    let ratio = numerator.mean / denominator.mean
    value = ratio
    guard min(numerator.count, denominator.count) >= Self.leastCount else {
      interval = nil
      return
    }
    let first = numerator.relativeVarianceOfMean
    let second = denominator.relativeVarianceOfMean
    let sum = first + second
    guard sum > 0 else {
      interval = ratio...ratio
      return
    }
    let freedom =
      sum * sum / (first * first / Double(numerator.count - 1) + second * second / Double(denominator.count - 1))
    let factor = exp(StudentT.quantile975(freedom: freedom) * sum.squareRoot())
    interval = ratio / factor...ratio * factor
  }
}

/// Student's t distribution.
enum StudentT {
  /// What 97.5 % of the values lie below, so that 95 % lie within plus and minus. Rounds `freedom` down, which can only
  /// widen an interval.
  static func quantile975(freedom: Double) -> Double {
    let freedom = Int(max(1, freedom))
    if freedom <= table.count { return table[freedom - 1] }
    // The first terms of the Cornish–Fisher expansion about the normal quantile z, exact to four digits from here on:
    // (z³ + z) / 4ν and (5z⁵ + 16z³ + 3z) / 96ν².
    return 1.959_964 + 2.372_27 / Double(freedom) + 2.822_5 / Double(freedom * freedom)
  }

  /// For 1 to 30 degrees of freedom (any table of the distribution, for example NIST/SEMATECH e-Handbook, 1.3.6.7.2).
  private static let table = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
  ]
}
