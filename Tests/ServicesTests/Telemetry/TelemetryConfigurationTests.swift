import Testing

@testable import Telemetry

/// OpenTelemetry's environment variables, one row each: the variables, what they come to, how many warnings.
struct TelemetryConfigurationTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let variables: [String: String]
    let warnings: Int
    let holds: @Sendable (TelemetryConfiguration) -> Bool

    init(
      _ variables: [String: String],
      warnings: Int = 0,
      _ holds: @escaping @Sendable (TelemetryConfiguration) -> Bool
    ) {
      self.variables = variables
      self.warnings = warnings
      self.holds = holds
    }

    var testDescription: String { variables.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: " ") }
  }

  static let general: [Row] = [
    Row([:]) { !$0.isDisabled && $0.serviceName == nil && $0.sampler == .parentBased(root: .alwaysOn) },
    Row(["OTEL_SDK_DISABLED": "TRUE"]) { $0.isDisabled },
    Row(["OTEL_SDK_DISABLED": ""]) { !$0.isDisabled },
    Row(["OTEL_SDK_DISABLED": "1"], warnings: 1) { !$0.isDisabled },
    Row(["OTEL_SERVICE_NAME": "a", "OTEL_RESOURCE_ATTRIBUTES": "service.name=b"]) { $0.serviceName == "a" },
    Row(["OTEL_RESOURCE_ATTRIBUTES": "service.name=b, k = v%2C1 ,x="]) {
      $0.serviceName == "b" && $0.resourceAttributes == [Attribute("k", "v,1"), Attribute("x", "")]
    },
    Row(["OTEL_RESOURCE_ATTRIBUTES": "k=v,broken=%zz"], warnings: 1) { $0.resourceAttributes.isEmpty },
    Row(["OTEL_RESOURCE_ATTRIBUTES": "k=v,alone"], warnings: 1) { $0.resourceAttributes.isEmpty },
    Row(["OTEL_RESOURCE_ATTRIBUTES": "k=%ff"], warnings: 1) { $0.resourceAttributes.isEmpty },
    Row(["OTEL_PROPAGATORS": "baggage,baggage"]) { !$0.propagators.usesTraceContext && $0.propagators.usesBaggage },
    Row(["OTEL_PROPAGATORS": "none"]) { !$0.propagators.usesTraceContext && !$0.propagators.usesBaggage },
    Row(["OTEL_PROPAGATORS": "b3,TraceContext"], warnings: 1) {
      $0.propagators.usesTraceContext && !$0.propagators.usesBaggage
    },
    Row(["OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN": "logs/dup"]) { $0.exceptionSignal == .both },
  ]

  static let samplers: [Row] = [
    Row(["OTEL_TRACES_SAMPLER": "always_off"]) { $0.sampler == .alwaysOff },
    Row(["OTEL_TRACES_SAMPLER": "Always_On"]) { $0.sampler == .alwaysOn },
    Row(["OTEL_TRACES_SAMPLER": "parentbased_always_off"]) { $0.sampler == .parentBased(root: .alwaysOff) },
    Row(["OTEL_TRACES_SAMPLER": "traceidratio"]) { $0.sampler == .traceIDRatioBased(1) },
    Row(["OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.25"]) {
      $0.sampler == .traceIDRatioBased(0.25)
    },
    Row(["OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0"]) {
      $0.sampler == .parentBased(root: .traceIDRatioBased(0))
    },
    Row(["OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "1.5"], warnings: 1) {
      $0.sampler == .traceIDRatioBased(1)
    },
    Row(["OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "nan"], warnings: 1) {
      $0.sampler == .traceIDRatioBased(1)
    },
    Row(["OTEL_TRACES_SAMPLER": "jaeger_remote"], warnings: 1) { $0.sampler == .parentBased(root: .alwaysOn) },
  ]

  static let limits: [Row] = [
    Row(["OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_BSP_EXPORT_TIMEOUT": "200"]) {
      $0.spanBatches.scheduleDelay == .milliseconds(100) && $0.spanBatches.exportTimeout == .milliseconds(200)
    },
    Row(["OTEL_BSP_MAX_QUEUE_SIZE": "10", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "5"]) {
      $0.spanBatches.maximumQueueSize == 10 && $0.spanBatches.maximumExportBatchSize == 5
    },
    Row(["OTEL_BSP_MAX_QUEUE_SIZE": "10", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "20"], warnings: 1) {
      $0.spanBatches.maximumExportBatchSize == 10
    },
    Row(["OTEL_BSP_MAX_QUEUE_SIZE": "-1"], warnings: 1) { $0.spanBatches.maximumQueueSize == 2048 },
    Row(["OTEL_BSP_SCHEDULE_DELAY": "1e3"], warnings: 1) { $0.spanBatches.scheduleDelay == .seconds(5) },
    Row(["OTEL_BSP_SCHEDULE_DELAY": "99999999999999999999"], warnings: 1) {
      $0.spanBatches.scheduleDelay == .seconds(5)
    },
    Row(["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "3", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "7"]) {
      $0.spanLimits.attributes == AttributeLimits(count: 3, valueLength: 7)
        && $0.spanLimits.eventAttributes == AttributeLimits(count: 128, valueLength: 7)
    },
    Row(["OTEL_ATTRIBUTE_COUNT_LIMIT": "5", "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT": "9"]) {
      $0.logRecordLimits == AttributeLimits(count: 5, valueLength: 9)
        && $0.spanLimits.attributes == AttributeLimits(count: 5)
    },
    Row(["OTEL_ATTRIBUTE_COUNT_LIMIT": "many"], warnings: 1) { $0.spanLimits == SpanLimits() },
    Row(["OTEL_BLRP_MAX_QUEUE_SIZE": "10"]) {
      $0.logBatches.scheduleDelay == .seconds(1) && $0.logBatches.maximumQueueSize == 10
    },
    Row(["OTEL_SPAN_EVENT_COUNT_LIMIT": "1", "OTEL_SPAN_LINK_COUNT_LIMIT": "x"], warnings: 1) {
      $0.spanLimits.eventCount == 1 && $0.spanLimits.linkCount == 128
    },
  ]

  static let exporters: [Row] = [
    Row([:]) { $0.otlpTraces.url == "http://localhost:4318/v1/traces" && !$0.otlpTraces.isNamed },
    Row(["OTEL_TRACES_EXPORTER": "Console"]) { $0.tracesExporter == .console },
    Row(["OTEL_TRACES_EXPORTER": "none"]) { $0.tracesExporter == .none },
    Row(["OTEL_TRACES_EXPORTER": "zipkin"], warnings: 1) { $0.tracesExporter == .otlp },
    Row(["OTEL_METRICS_EXPORTER": "none"]) { $0.metricsExporter == .none },
    Row(["OTEL_LOGS_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:1/base/"]) {
      $0.logsExporter == .otlp && $0.otlpLogs.url == "http://c:1/base/v1/logs"
    },
    Row(["OTEL_LOGS_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://c/x"]) {
      $0.otlpLogs.url == "http://c/x" && $0.otlpTraces.url == "http://localhost:4318/v1/traces"
    },
    Row(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:1"]) {
      $0.otlpTraces.url == "http://c:1/v1/traces" && $0.otlpTraces.isNamed
    },
    Row(["OTEL_EXPORTER_OTLP_ENDPOINT": "HTTP://c/base//"]) { $0.otlpTraces.url == "http://c/base/v1/traces" },
    Row(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://[::1]:4318/"]) { $0.otlpTraces.url == "http://[::1]:4318/v1/traces" },
    Row(["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:1"]) { $0.otlpTraces.url == "http://c:1/" },
    Row(["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c/x", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://d"]) {
      $0.otlpTraces.url == "http://c/x"
    },
    Row(["OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"], warnings: 1) {
      $0.otlpTraces.url == "http://localhost:4318/v1/traces" && !$0.otlpTraces.isNamed
    },
    Row(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://tenant:s3cr3t@c:1"], warnings: 1) {
      !$0.otlpTraces.isNamed && !$0.warnings[0].contains("s3cr3t") && $0.warnings[0].contains("http://***@c:1")
    },
    Row(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:1/base?key=1#top"]) {
      $0.otlpTraces.url == "http://c:1/base/v1/traces?key=1"
    },
    Row(["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:1?key=1"]) { $0.otlpTraces.url == "http://c:1/?key=1" },
    Row(["OTEL_EXPORTER_OTLP_HEADERS": "a=1,Transfer-Encoding=chunked,content-length=3,b=2"], warnings: 2) {
      $0.otlpTraces.headers.map(\.name) == ["a", "b"]
    },
    Row(["OTEL_EXPORTER_OTLP_TIMEOUT": "0", "OTEL_BSP_EXPORT_TIMEOUT": "0", "OTEL_BSP_SCHEDULE_DELAY": "0"]) {
      $0.otlpTraces.timeout == .seconds(86_400) && $0.spanBatches.exportTimeout == .seconds(86_400)
        && $0.spanBatches.scheduleDelay == .milliseconds(1)
    },
    Row(["OTEL_EXPORTER_OTLP_TIMEOUT": "-1"], warnings: 1) { $0.otlpTraces.timeout == .seconds(10) },
    Row(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:0"], warnings: 1) {
      $0.otlpTraces.url == "http://localhost:4318/v1/traces"
    },
    Row(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:99999"], warnings: 1) {
      $0.otlpTraces.url == "http://localhost:4318/v1/traces"
    },
    Row(["OTEL_EXPORTER_OTLP_ENDPOINT": "https://c:4318"], warnings: 1) {
      $0.otlpTraces.url == "https://c:4318/v1/traces"
    },
    Row(["OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"], warnings: 1) { $0.otlpTraces.format == .protobuf },
    Row(["OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "HTTP/JSON"]) {
      $0.otlpTraces.format == .json
    },
    Row(["OTEL_EXPORTER_OTLP_TIMEOUT": "500"]) { $0.otlpTraces.timeout == .milliseconds(500) },
    Row(["OTEL_EXPORTER_OTLP_TIMEOUT": "500", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "250"]) {
      $0.otlpTraces.timeout == .milliseconds(250)
    },
    Row(["OTEL_EXPORTER_OTLP_ENDPOINT": " ", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": ""]) {
      $0.otlpTraces.url == "http://localhost:4318/v1/traces" && !$0.otlpTraces.isNamed
    },
    Row([
      "OTEL_LOGS_EXPORTER": "OTLP", "OTEL_EXPORTER_OTLP_LOGS_HEADERS": "k=1",
      "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL": "http/json", "OTEL_EXPORTER_OTLP_LOGS_COMPRESSION": "gzip",
    ]) {
      $0.otlpLogs.headers.map(\.name) == ["k"] && $0.otlpLogs.format == .json && $0.otlpLogs.compression == .gzip
        && $0.otlpTraces == OTLPConfiguration(url: "http://localhost:4318/v1/traces")
    },
    Row(["OTEL_EXPORTER_OTLP_TIMEOUT": "soon"], warnings: 1) { $0.otlpTraces.timeout == .seconds(10) },
    Row(["OTEL_EXPORTER_OTLP_COMPRESSION": "gzip", "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION": "none"]) {
      $0.otlpTraces.compression == .none
    },
    Row(["OTEL_EXPORTER_OTLP_COMPRESSION": "zstd"], warnings: 1) { $0.otlpTraces.compression == .none },
    Row(["OTEL_EXPORTER_OTLP_HEADERS": "a=b%20c, Key=1", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "key=2"]) {
      $0.otlpTraces.headers.map { "\($0.name)=\($0.value)" } == ["a=b c", "key=2"]
    },
    Row(["OTEL_EXPORTER_OTLP_HEADERS": "a b=c,x=%0d%0ay,ok=1"], warnings: 2) {
      $0.otlpTraces.headers.map(\.name) == ["ok"]
    },
    Row(["OTEL_EXPORTER_OTLP_HEADERS": "secret"], warnings: 1) {
      $0.otlpTraces.headers.isEmpty && !$0.warnings[0].contains("secret")
    },
  ]

  @Test(arguments: general + samplers + limits + exporters)
  func `Each variable means what the specification says`(row: Row) {
    let configuration = TelemetryConfiguration(environment: row.variables)
    #expect(row.holds(configuration))
    #expect(configuration.warnings.count == row.warnings, "\(configuration.warnings)")
  }
}
