/// What a metric family is, before any value of it is recorded.
public struct MetricDefinition: Sendable, Equatable {
  /// The four kinds of Prometheus that are in use here, and OpenMetrics' info (a gauge of 1 in the older format).
  public enum Kind: Sendable, Equatable {
    /// Only grows. Its name ends in `_total`.
    case counter
    /// Goes up and down.
    case gauge
    /// Observations counted in buckets; ascending upper bounds without `+Inf`.
    case histogram(bounds: [Double])
    /// Observations counted and summed, without quantiles.
    case summary
    /// Constant 1; the labels are the information. Its name ends in `_info`.
    case info
  }

  /// The family's name as in the Prometheus text format: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
  public var name: String
  /// One sentence for people.
  public var help: String
  /// What its values are.
  public var kind: Kind
  /// Label names, in the order in which values are given.
  public var labels: [String]
  /// What a label's value becomes when the family has no room for another series; same order as ``labels``.
  public var overflow: [String]
  /// How many series a family keeps before new label values go to the overflow series.
  ///
  /// Default 1000: some times what the services can name by themselves, and still a page that Prometheus
  /// reads in milliseconds, should a value from the wire ever get into a label.
  public var seriesLimit: Int

  /// A definition; `overflow` defaults to `other` for each label.
  public init(
    _ kind: Kind,
    _ name: String,
    help: String,
    labels: [String] = [],
    overflow: [String]? = nil,
    seriesLimit: Int = 1000
  ) {
    let overflow = overflow ?? labels.map { _ in "other" }
    precondition(Self.isName(name), "not a metric name: \(name)")
    precondition(labels.allSatisfy(Self.isLabelName), "not a label name in \(name)")
    precondition(overflow.count == labels.count, "one overflow value for each label of \(name)")
    if case .histogram(let bounds) = kind {
      precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<) && bounds.allSatisfy(\.isFinite), name)
      precondition(!labels.contains("le"), "`le` is the bucket's own label")
    }
    self.name = name
    self.help = help
    self.kind = kind
    self.labels = labels
    self.overflow = overflow
    self.seriesLimit = seriesLimit
  }

  /// The metric name grammar of the Prometheus data model.
  static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !isDigit(first) else { return false }
    return name.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: ":") }
  }

  /// The label name grammar of the Prometheus data model; names that begin with `__` are reserved.
  static func isLabelName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !isDigit(first), !name.hasPrefix("__") else { return false }
    return name.utf8.allSatisfy(isWord)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
  }

  /// Whether a byte may stand in any metric or label name, though a digit not at the start.
  static func isWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_") || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
  }
}
