/// A histogram's share of one loop: a count for each bucket, the sum, and the newest exemplar of each bucket.
///
/// There is no count of its own: it is the sum of the buckets, so that no reader sees the two apart.
public struct HistogramCell: MetricCell, Equatable {
  /// Ascending upper bounds, without `+Inf`.
  public let bounds: [Double]
  /// Observations in each bucket alone (not cumulative); one more than there are bounds.
  public private(set) var counts: [UInt64]
  /// The sum of all observations.
  public private(set) var sum = 0.0
  /// For each bucket the newest exemplar, or empty as long as there is none at all.
  public private(set) var exemplars: [Exemplar?] = []

  /// No observations, in the bounds of the definition's kind.
  public init(_ definition: MetricDefinition) {
    switch definition.kind {
    case .histogram(let bounds): self.init(bounds: bounds)
    case .counter, .gauge, .summary, .info: preconditionFailure("\(definition.name) is no histogram")
    }
  }

  /// No observations.
  public init(bounds: [Double]) {
    self.bounds = bounds
    counts = [UInt64](repeating: 0, count: bounds.count + 1)
  }

  /// Values counted elsewhere, for instance by an event loop about itself.
  ///
  /// - Parameter counts: of each bucket alone, `+Inf` last.
  public init(bounds: [Double], counts: [UInt64], sum: Double) {
    precondition(counts.count == bounds.count + 1, "one count for each bound and one for +Inf")
    self.bounds = bounds
    self.counts = counts
    self.sum = sum
  }

  /// How many observations there were.
  public var count: UInt64 { counts.reduce(0, +) }

  /// Counts one value in the first bucket whose bound it does not exceed; NaN is ignored.
  public mutating func observe(_ value: Double, exemplar: Exemplar? = nil) {
    guard !value.isNaN else { return }
    let bucket = bucket(of: value)
    counts[bucket] += 1
    sum += value
    if let exemplar { keep(exemplar, in: bucket) }
  }

  /// Adds the other's counts and sum, and takes those of its exemplars that are newer.
  public mutating func merge(_ other: Self) {
    for bucket in counts.indices { counts[bucket] += other.counts[bucket] }
    sum += other.sum
    for (bucket, exemplar) in other.exemplars.enumerated() {
      if let exemplar { keep(exemplar, in: bucket) }
    }
  }

  /// Itself.
  public var value: MetricValue { .histogram(self) }

  /// Linear: there are at most some twenty bounds, and most values are in the first ones.
  private func bucket(of value: Double) -> Int {
    var bucket = 0
    while bucket < bounds.count, value > bounds[bucket] { bucket += 1 }
    return bucket
  }

  private mutating func keep(_ exemplar: Exemplar, in bucket: Int) {
    if exemplars.isEmpty { exemplars = [Exemplar?](repeating: nil, count: counts.count) }
    if let kept = exemplars[bucket], kept.microseconds > exemplar.microseconds { return }
    exemplars[bucket] = exemplar
  }
}
