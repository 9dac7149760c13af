public import Logging
public import LoopHTTP

/// The log of one service as its configuration asks for it: lines on a sink, and where it is wanted records for an OTLP
/// receiver besides.
public struct ServiceLogging: Sendable {
  /// The service's log.
  public let logger: OTelLogger
  /// What the export came to so far; nil where nothing is exported.
  public var statistics: ExportStatistics? { processor?.statistics }

  private let processor: BatchLogRecordProcessor?

  /// Builds the logging that `configuration` describes.
  ///
  /// - Parameters:
  ///   - transport: Posts to the OTLP receiver.
  ///   - group: The loops that the service runs on; must outlive `run()`.
  public init(
    configuration: TelemetryConfiguration,
    resource: Resource,
    style: LogStyle,
    level: Logger.Level,
    sink: any LogSink,
    transport: any OTLPTransport,
    group: EventLoopGroup?
  ) {
    // Without the processor: the exporter's own outages are not for the receiver that is away.
    let ownLogger = style.logger(service: resource.serviceName, level: level, sink: sink)
    let otlp = configuration.otlpLogs
    switch configuration.isDisabled ? .none : configuration.logsExporter {
    case .none:
      processor = nil
      logger = ownLogger
    case .otlp:
      let statistics = ExportStatistics()
      let exporter = OTLPRecordExporter(
        OTLPLogEncoder(resource: resource, format: otlp.format, limits: configuration.logRecordLimits),
        configuration: otlp,
        transport: transport,
        statistics: statistics,
        logger: ownLogger
      )
      let processor = BatchLogRecordProcessor(
        configuration: configuration.logBatches,
        statistics: statistics,
        group: group,
        export: exporter.export
      )
      self.processor = processor
      logger = style.logger(service: resource.serviceName, level: level, sink: sink, processor: processor)
    }
  }

  /// Exports until `shutdown(within:)` or until the task is cancelled. Returns at once when nothing is exported.
  public func run() async {
    await processor?.run()
  }

  /// Exports what is left and ends; later records stay on the sink alone.
  public func shutdown(within limit: Duration) async {
    _ = await processor?.shutdown(within: limit)
  }
}
