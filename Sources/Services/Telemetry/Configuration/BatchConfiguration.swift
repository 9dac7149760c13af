/// When and how much is exported (OpenTelemetry SDK, "Batching processor"); the defaults are the specification's for spans.
public struct BatchConfiguration: Sendable, Hashable {
  /// Longest wait of a finished record before its export begins.
  public var scheduleDelay = Duration.seconds(5)
  /// The limit for one export.
  public var exportTimeout = Duration.seconds(30)
  /// Most finished records that wait; more are dropped, newest first.
  public var maximumQueueSize = 2048
  /// Most records in one export; as many of them start one at once.
  public var maximumExportBatchSize = 512

  /// The defaults of each property.
  public init() {}

  /// Reads the variables that begin with `prefix`: `OTEL_BSP_` for spans, `OTEL_BLRP_` for log records. Their default delays
  /// differ, in milliseconds.
  init(prefix: String, scheduleDelay: Int, from environment: inout EnvironmentReader) {
    let delay = environment.milliseconds(prefix + "SCHEDULE_DELAY", default: scheduleDelay)
    self.scheduleDelay = max(delay, .milliseconds(1))
    exportTimeout = environment.timeLimit(prefix + "EXPORT_TIMEOUT", default: 30_000)
    maximumQueueSize = environment.integer(prefix + "MAX_QUEUE_SIZE", minimum: 1, default: 2048)
    let batchName = prefix + "MAX_EXPORT_BATCH_SIZE"
    let batchSize = environment.integer(batchName, minimum: 1, default: 512)
    maximumExportBatchSize = min(batchSize, maximumQueueSize)
    if let (name, value) = environment.text(batchName), batchSize > maximumQueueSize {
      environment.warn(name, value, "is more than the queue holds; \(maximumQueueSize) is used")
    }
  }
}
