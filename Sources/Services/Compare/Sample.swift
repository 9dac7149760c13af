/// Measurements of one quantity.
struct Sample: Sendable, Hashable {
  private(set) var values: [Double] = []

  mutating func add(_ value: Double) { values.append(value) }

  var count: Int { values.count }
  /// `nan` without values.
  var mean: Double { values.reduce(0, +) / Double(count) }
  /// `nan` without values.
  var minimum: Double { values.min() ?? .nan }
  /// `nan` without values.
  var maximum: Double { values.max() ?? .nan }

  /// Of the population that the values were drawn from: divided by one less than their count. `nan` below two values.
  var standardDeviation: Double {
    guard count > 1 else { return .nan }
    let mean = mean
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)).squareRoot()
  }

  /// The variance of the mean's logarithm (delta method): how uncertain the mean is, as a share of itself, squared.
  var relativeVarianceOfMean: Double {
    let share = standardDeviation / mean
    return share * share / Double(count)
  }
}
