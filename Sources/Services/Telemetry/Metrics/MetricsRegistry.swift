public import LoopHTTP
import Synchronization

/// The metric families of one service, in the order in which they were registered.
public final class MetricsRegistry: Sendable {
  private struct Entry: Sendable {
    let names: [String]
    let collect: @Sendable () async -> [MetricFamilySnapshot]
  }

  /// The loops that record without a lock.
  let group: EventLoopGroup?
  private let entries = Mutex<[Entry]>([])

  /// An empty registry.
  ///
  /// - Parameter group: the loops that record without a lock; nil in tests and tools.
  public init(group: EventLoopGroup?) {
    self.group = group
  }

  /// Registers a family of counters. Registering a name twice is a programming error, here and below.
  public func counter(_ definition: MetricDefinition) -> MetricFamily<CounterCell> {
    precondition(definition.kind == .counter, "\(definition.name) is no counter")
    return family(definition)
  }

  /// Registers a family of histograms.
  public func histogram(_ definition: MetricDefinition) -> MetricFamily<HistogramCell> {
    guard case .histogram = definition.kind else { preconditionFailure("\(definition.name) is no histogram") }
    return family(definition)
  }

  /// Registers a family of summaries.
  public func summary(_ definition: MetricDefinition) -> MetricFamily<SummaryCell> {
    precondition(definition.kind == .summary, "\(definition.name) is no summary")
    return family(definition)
  }

  /// Registers a family of gauges.
  public func gauge(_ definition: MetricDefinition) -> GaugeFamily {
    precondition(definition.kind == .gauge, "\(definition.name) is no gauge")
    let family = GaugeFamily(definition)
    register([definition]) { [family.snapshot()] }
    return family
  }

  /// Registers families whose series are made at each scrape by whoever owns the values.
  ///
  /// - Parameter series: the series of each definition, in the same order.
  public func observe(_ definitions: [MetricDefinition], _ series: @escaping @Sendable () async -> [[MetricSeries]]) {
    register(definitions) { zip(definitions, await series()).map { MetricFamilySnapshot($0, $1) } }
  }

  /// Registers a family of one series without labels whose value is read at each scrape.
  public func observe(_ definition: MetricDefinition, _ value: @escaping @Sendable () async -> Double) {
    observe([definition]) { [[MetricSeries([], .number(await value()))]] }
  }

  /// Whether a family of that name is registered.
  public func contains(_ name: String) -> Bool {
    entries.withLock { $0.contains { $0.names.contains(name) } }
  }

  /// A snapshot of every family. Each family is consistent in itself: its counts, sums and buckets are of one visit.
  public func snapshot() async -> [MetricFamilySnapshot] {
    var families: [MetricFamilySnapshot] = []
    for entry in entries.withLock({ $0 }) { families += await entry.collect() }
    return families
  }

  private func family<Cell: MetricCell>(_ definition: MetricDefinition) -> MetricFamily<Cell> {
    let family = MetricFamily<Cell>(definition, group: group)
    register([definition]) { [await family.snapshot()] }
    return family
  }

  private func register(
    _ definitions: [MetricDefinition],
    _ collect: @escaping @Sendable () async -> [MetricFamilySnapshot]
  ) {
    let names = definitions.map(\.name)
    let taken = entries.withLock { entries in
      let taken = names.first { name in entries.contains { $0.names.contains(name) } }
      if taken == nil { entries.append(Entry(names: names, collect: collect)) }
      return taken
    }
    precondition(taken == nil, "\(taken ?? "") is registered twice")
  }
}
