import Synchronization

/// The families that libraries have asked for by name, made at their first use.
final class RegistryFamilies: Sendable {
  private enum Family: Sendable {
    case counter(MetricFamily<CounterCell>)
    case histogram(MetricFamily<HistogramCell>)
    case gauge(GaugeFamily)

    var definition: MetricDefinition {
      switch self {
      case .counter(let family): family.definition
      case .histogram(let family): family.definition
      case .gauge(let family): family.definition
      }
    }
  }

  private let registry: MetricsRegistry
  private let families = Mutex<[String: Family]>([:])

  init(_ registry: MetricsRegistry) {
    self.registry = registry
  }

  func counter(_ name: String, _ dimensions: [(String, String)]) -> Counter? {
    guard case .counter(let family) = family(name, .counter, dimensions) else { return nil }
    return values(of: dimensions, in: family.definition).map(family.series)
  }

  func histogram(_ name: String, _ dimensions: [(String, String)]) -> Histogram? {
    let kind = MetricDefinition.Kind.histogram(bounds: Self.bounds)
    guard case .histogram(let family) = family(name, kind, dimensions) else { return nil }
    return values(of: dimensions, in: family.definition).map(family.series)
  }

  func gauge(_ name: String, _ dimensions: [(String, String)]) -> Gauge? {
    guard case .gauge(let family) = family(name, .gauge, dimensions) else { return nil }
    return values(of: dimensions, in: family.definition).map(family.series)
  }

  /// A label of swift-metrics as a name of Prometheus.
  static func name(of label: String, suffix: String = "") -> String {
    var name = String(decoding: label.utf8.map { isNameByte($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    if !MetricDefinition.isName(name) { name = "_" + name }
    return name.hasSuffix(suffix) ? name : name + suffix
  }

  /// From a millisecond to ten seconds, for what libraries time; nobody said what else they record.
  private static var bounds: [Double] { [0.001, 0.0025] + MetricDefinition.semanticConventionBounds }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    MetricDefinition.isName("_" + String(UnicodeScalar(byte)))
  }

  /// The family of that name; nil when the name is taken by something that did not come from here.
  private func family(_ name: String, _ kind: MetricDefinition.Kind, _ dimensions: [(String, String)]) -> Family? {
    families.withLock { families in
      if let family = families[name] { return family }
      guard !registry.contains(name) else { return nil }
      let labels = dimensions.map { Self.name(of: $0.0).drop { $0 == "_" } }.map(String.init)
      guard labels.allSatisfy(MetricDefinition.isLabelName), Set(labels).count == labels.count,
        !labels.contains("le")
      else { return nil }
      let definition = MetricDefinition(kind, name, help: name, labels: labels)
      let family = make(definition)
      families[name] = family
      return family
    }
  }

  private func make(_ definition: MetricDefinition) -> Family? {
    switch definition.kind {
    case .counter: .counter(registry.counter(definition))
    case .histogram: .histogram(registry.histogram(definition))
    case .gauge: .gauge(registry.gauge(definition))
    case .summary, .info: nil
    }
  }

  /// nil unless the dimensions are those with which the family was made.
  private func values(of dimensions: [(String, String)], in definition: MetricDefinition) -> [String]? {
    let labels = dimensions.map { String(Self.name(of: $0.0).drop { $0 == "_" }) }
    return labels == definition.labels ? dimensions.map(\.1) : nil
  }
}
