/// Numbers the series of a family, and keeps their number bounded.
struct SeriesTable: Sendable {
  /// Which series a combination of label values belongs to.
  enum Place: Equatable {
    /// Its own series.
    case own(Int)
    /// The one series for everything over the limit.
    case overflow(Int)
  }

  /// Label values of each series; the index is the series' number.
  private(set) var labelValues: [[String]] = []
  private var numbers: [[String]: Int] = [:]
  private let overflow: [String]
  private let limit: Int

  /// An empty table. A family without labels has its one series from the start, so that it is exposed as zero.
  init(_ definition: MetricDefinition) {
    overflow = definition.overflow
    limit = definition.seriesLimit
    if definition.labels.isEmpty { labelValues.append([]) }
  }

  /// The number of the series with these values; made when it is new and there is room.
  mutating func place(of values: [String]) -> Place {
    precondition(values.count == overflow.count, "\(values.count) values for \(overflow.count) labels")
    if values.isEmpty { return .own(0) }
    if let number = numbers[values] { return .own(number) }
    if numbers.count < limit { return .own(add(values)) }
    return .overflow(numbers[overflow] ?? add(overflow))
  }

  private mutating func add(_ values: [String]) -> Int {
    labelValues.append(values)
    numbers[values] = labelValues.count - 1
    return labelValues.count - 1
  }
}
