/// Everything that the `OTEL_*` variables say, as values.
public struct TelemetryConfiguration: Sendable {
  /// Where spans go.
  public enum TracesExporter: Sendable, Hashable {
    /// To an OTLP receiver.
    case otlp
    /// To the console, one readable line each.
    case console
    /// Nowhere.
    case none
  }

  /// Where metrics go.
  public enum MetricsExporter: Sendable, Hashable {
    /// They wait at `/metrics`.
    case prometheus
    /// Nowhere.
    case none
  }

  /// Where log records go besides the standard output.
  public enum LogsExporter: Sendable, Hashable {
    /// To an OTLP receiver.
    case otlp
    /// Nowhere else.
    case none
  }

  /// `OTEL_SDK_DISABLED`: no telemetry is made, headers are passed on.
  public var isDisabled = false
  /// `OTEL_SERVICE_NAME`, or `service.name` of `OTEL_RESOURCE_ATTRIBUTES`.
  public var serviceName: String?
  /// `OTEL_RESOURCE_ATTRIBUTES` without `service.name`.
  public var resourceAttributes: [Attribute] = []
  /// `OTEL_TRACES_SAMPLER` and its argument.
  public var sampler = Sampler.parentBased(root: .alwaysOn)
  /// `OTEL_PROPAGATORS`.
  public var propagators = Propagators()
  /// The limits of spans and of their attributes.
  public var spanLimits = SpanLimits()
  /// `OTEL_LOGRECORD_ATTRIBUTE_*_LIMIT`.
  public var logRecordLimits = AttributeLimits()
  /// `OTEL_TRACES_EXPORTER`.
  public var tracesExporter = TracesExporter.otlp
  /// `OTEL_METRICS_EXPORTER`.
  public var metricsExporter = MetricsExporter.prometheus
  /// `OTEL_LOGS_EXPORTER`.
  public var logsExporter = LogsExporter.none
  /// `OTEL_BSP_*`.
  public var spanBatches = BatchConfiguration()
  /// `OTEL_BLRP_*`.
  public var logBatches = BatchConfiguration()
  /// `OTEL_EXPORTER_OTLP_*` as they hold for traces.
  public var otlpTraces = OTLPConfiguration(url: "\(OTLPConfiguration.defaultEndpoint)/v1/traces")
  /// `OTEL_EXPORTER_OTLP_*` as they hold for logs.
  public var otlpLogs = OTLPConfiguration(url: "\(OTLPConfiguration.defaultEndpoint)/v1/logs")
  /// `OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN`.
  public var exceptionSignal = TracerProvider.ExceptionSignal.event
  /// What was wrong with the variables, one sentence each, for the log.
  public private(set) var warnings: [String] = []

  /// The defaults of each property.
  public init() {}

  /// Reads a process's environment. Never fails: see `warnings`.
  public init(environment: [String: String]) {
    var reader = EnvironmentReader(environment)
    isDisabled = reader.boolean("OTEL_SDK_DISABLED")
    readResource(&reader)
    sampler = Sampler(from: &reader)
    propagators = Propagators(from: &reader)
    let attributeLimits = AttributeLimits(prefix: "OTEL_ATTRIBUTE_", from: &reader)
    spanLimits = SpanLimits(general: attributeLimits, from: &reader)
    readExporters(&reader)
    spanBatches = BatchConfiguration(prefix: "OTEL_BSP_", scheduleDelay: 5000, from: &reader)
    logBatches = BatchConfiguration(prefix: "OTEL_BLRP_", scheduleDelay: 1000, from: &reader)
    logRecordLimits = AttributeLimits(prefix: "OTEL_LOGRECORD_ATTRIBUTE_", general: attributeLimits, from: &reader)
    otlpTraces = OTLPConfiguration(.traces, from: &reader)
    if logsExporter == .otlp { otlpLogs = OTLPConfiguration(.logs, from: &reader) }
    exceptionSignal = reader.choice(
      "OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN",
      of: ["logs": .log, "logs/dup": .both],
      default: .event
    )
    warnings = reader.warnings
  }

  private mutating func readResource(_ reader: inout EnvironmentReader) {
    if let (name, list) = reader.text("OTEL_RESOURCE_ATTRIBUTES") {
      if let pairs = EnvironmentReader.pairs(of: list) {
        for (key, value) in pairs {
          resourceAttributes.removeAll { $0.key.name == key }
          resourceAttributes.append(Attribute(AttributeKey(key), value))
        }
      } else {
        reader.warn(name, list, "is no list of key=value pairs with percent-encoded values; all of it is ignored")
      }
    }
    if case .string(let name) = resourceAttributes.first(where: { $0.key == .serviceName })?.value, !name.isEmpty {
      serviceName = name
    }
    resourceAttributes.removeAll { $0.key == .serviceName }
    if let (_, name) = reader.text("OTEL_SERVICE_NAME") { serviceName = name }
  }

  private mutating func readExporters(_ reader: inout EnvironmentReader) {
    tracesExporter = reader.choice(
      "OTEL_TRACES_EXPORTER",
      of: ["otlp": .otlp, "console": .console, "none": .none],
      default: .otlp
    )
    metricsExporter = reader.choice(
      "OTEL_METRICS_EXPORTER",
      of: ["prometheus": .prometheus, "none": .none],
      default: .prometheus
    )
    logsExporter = reader.choice(
      "OTEL_LOGS_EXPORTER",
      of: ["otlp": .otlp, "console": .none, "none": .none],
      default: .none
    )
  }
}
