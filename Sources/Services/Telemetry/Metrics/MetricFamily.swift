public import LoopHTTP
import Synchronization

/// A family of series of one kind. Recording takes no lock on an event loop: each loop has its own cells, and a
/// series is an index into them.
public final class MetricFamily<Cell: MetricCell>: Sendable {
  /// One loop's cells, and the numbers of the series that this loop has met.
  private struct Local: Sendable {
    var cells: [Cell] = []
    var numbers = FewFirstTable<[String], Int>()
  }

  /// What the family is.
  public let definition: MetricDefinition
  private let locals: LoopLocal<Local>
  private let table: Mutex<SeriesTable>

  /// A family without series.
  ///
  /// - Parameter group: the loops that record; nil leaves only the locked cells that other threads use.
  public init(_ definition: MetricDefinition, group: EventLoopGroup?) {
    self.definition = definition
    locals = LoopLocal(group: group) { Local() }
    table = Mutex(SeriesTable(definition))
  }

  /// The series with these label values, made when it is new.
  ///
  /// Keep it where the values are known beforehand. A lookup on a loop compares or hashes the values; it takes a lock the
  /// first time this loop meets them, and whenever the family is over its limit.
  public func series(_ labelValues: [String]) -> MetricInstrument<Cell> {
    if let number = locals.withValue({ $0.numbers.find(labelValues) }) {
      return MetricInstrument(family: self, number: number)
    }
    switch table.withLock({ $0.place(of: labelValues) }) {
    case .own(let number):
      locals.withValue { $0.numbers.keep(number, for: labelValues) }
      return MetricInstrument(family: self, number: number)
    case .overflow(let number):
      return MetricInstrument(family: self, number: number)
    }
  }

  /// The series with these label values, given in the order of the definition's labels.
  public func callAsFunction(_ labelValues: String...) -> MetricInstrument<Cell> {
    series(labelValues)
  }

  /// Changes the cell of a series on the current loop. `body` records nothing itself.
  func update(_ number: Int, _ body: (inout Cell) -> Void) {
    locals.withValue { local in
      while local.cells.count <= number { local.cells.append(Cell(definition)) }
      body(&local.cells[number])
    }
  }

  /// The sums over all loops. Suspends for a visit to each loop; a visit is short, whatever the number of series.
  func snapshot() async -> MetricFamilySnapshot {
    let cellsOfLoops = await locals.collect { $0.cells }
    let labelValues = table.withLock { $0.labelValues }
    let series = labelValues.enumerated().map { number, values in
      var sum = Cell(definition)
      for cells in cellsOfLoops where number < cells.count { sum.merge(cells[number]) }
      return MetricSeries(values, sum.value)
    }
    return MetricFamilySnapshot(definition, series)
  }
}

/// One series of a family, to record into. Costs two words; keep it rather than look it up.
public struct MetricInstrument<Cell: MetricCell>: Sendable {
  fileprivate let family: MetricFamily<Cell>
  fileprivate let number: Int

  /// Changes the series' cell on the current loop.
  func update(_ body: (inout Cell) -> Void) {
    family.update(number, body)
  }
}

/// A series that only grows.
public typealias Counter = MetricInstrument<CounterCell>
/// A series of counted buckets.
public typealias Histogram = MetricInstrument<HistogramCell>
/// A series of count and sum.
public typealias Summary = MetricInstrument<SummaryCell>

extension MetricInstrument<CounterCell> {
  /// Adds an amount; negative ones are ignored.
  public func increment(by amount: Double = 1) {
    update { $0.add(amount) }
  }
}

extension MetricInstrument<SummaryCell> {
  /// Counts one value.
  public func observe(_ value: Double) {
    update { $0.observe(value) }
  }
}

extension MetricInstrument<HistogramCell> {
  /// Counts one value, and keeps it as its bucket's exemplar when it was observed in a sampled trace.
  ///
  /// - Parameter span: where it was observed; the current span unless another is given.
  public func observe(_ value: Double, in span: SpanReference? = .current) {
    guard let span, span.isSampled else { return update { $0.observe(value) } }
    let exemplar = Exemplar(value: value, span: span, microseconds: WallClock.microseconds())
    update { $0.observe(value, exemplar: exemplar) }
  }
}
