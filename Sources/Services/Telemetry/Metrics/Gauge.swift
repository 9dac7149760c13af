import Synchronization

/// A value that goes up and down; one atomic word, because a value that is set cannot be a sum over loops.
public final class Gauge: Sendable {
  private let bits = Atomic<UInt64>(0.0.bitPattern)

  /// The value now.
  public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

  /// Replaces the value.
  public func set(_ value: Double) {
    bits.store(value.bitPattern, ordering: .relaxed)
  }

  /// Adds an amount, which may be negative.
  public func add(_ amount: Double) {
    var old = bits.load(ordering: .relaxed)
    while true {
      let new = (Double(bitPattern: old) + amount).bitPattern
      let (exchanged, original) = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
      if exchanged { return }
      old = original
    }
  }

  /// Adds one.
  public func increment() { add(1) }

  /// Subtracts one.
  public func decrement() { add(-1) }
}

/// The gauges of one family.
public final class GaugeFamily: Sendable {
  private struct State: Sendable {
    var table: SeriesTable
    var gauges: [Gauge] = []
  }

  /// What the family is.
  public let definition: MetricDefinition
  private let state: Mutex<State>

  /// A family without series, or with its only one when it has no labels.
  public init(_ definition: MetricDefinition) {
    self.definition = definition
    state = Mutex(State(table: SeriesTable(definition)))
  }

  /// The gauge with these label values, made when it is new. Takes a lock: keep the gauge.
  public func series(_ labelValues: [String]) -> Gauge {
    state.withLock { state in
      switch state.table.place(of: labelValues) {
      case .own(let number), .overflow(let number):
        while state.gauges.count <= number { state.gauges.append(Gauge()) }
        return state.gauges[number]
      }
    }
  }

  /// The gauge with these label values, given in the order of the definition's labels.
  public func callAsFunction(_ labelValues: String...) -> Gauge {
    series(labelValues)
  }

  /// The values now.
  func snapshot() -> MetricFamilySnapshot {
    let (labelValues, gauges) = state.withLock { ($0.table.labelValues, $0.gauges) }
    let series = labelValues.enumerated().map { number, values in
      MetricSeries(values, .number(number < gauges.count ? gauges[number].value : 0))
    }
    return MetricFamilySnapshot(definition, series)
  }
}
