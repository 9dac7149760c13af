/// What one series has recorded on one event loop. The cells of all loops are summed at the scrape.
public protocol MetricCell: Sendable {
  /// Nothing recorded yet.
  init(_ definition: MetricDefinition)
  /// Adds what another loop has recorded for the same series.
  mutating func merge(_ other: Self)
  /// The sum as a sample value.
  var value: MetricValue { get }
}

/// A counter's share of one loop.
public struct CounterCell: MetricCell {
  private var sum = 0.0

  /// Zero.
  public init(_ definition: MetricDefinition) {}

  /// Adds an amount that is not negative; others are ignored, for a counter never decreases.
  public mutating func add(_ amount: Double) {
    guard amount >= 0 else { return }
    sum += amount
  }

  /// Adds the other's sum.
  public mutating func merge(_ other: Self) { sum += other.sum }

  /// The sum.
  public var value: MetricValue { .number(sum) }
}

/// A summary's share of one loop: count and sum.
public struct SummaryCell: MetricCell, Equatable {
  /// How many observations there were.
  public private(set) var count: UInt64 = 0
  /// Their sum.
  public private(set) var sum = 0.0

  /// No observations.
  public init(_ definition: MetricDefinition) {}

  /// Counts one value; NaN is ignored.
  public mutating func observe(_ value: Double) {
    guard !value.isNaN else { return }
    count += 1
    sum += value
  }

  /// Adds the other's count and sum.
  public mutating func merge(_ other: Self) {
    count += other.count
    sum += other.sum
  }

  /// Itself.
  public var value: MetricValue { .summary(self) }
}
