public import LoopHTTP

/// The tracing of one service as its configuration asks for it: the provider, and what exports its spans.
public struct ServiceTracing: Sendable {
  /// Makes the service's tracers.
  public let provider: TracerProvider
  /// What the export came to so far.
  public let statistics: ExportStatistics

  private let processor: BatchSpanProcessor?

  /// Builds the tracing that `configuration` describes.
  ///
  /// - Parameters:
  ///   - transport: Posts to the OTLP receiver.
  ///   - group: The loops that the service runs on; must outlive `run()`.
  ///   - console: Gets the lines of the console exporter.
  ///   - logger: Gets the outages of the export, and errors where they are to be logged.
  public init(
    configuration: TelemetryConfiguration,
    resource: Resource,
    transport: any OTLPTransport,
    group: EventLoopGroup?,
    logger: OTelLogger,
    console: @escaping @Sendable (String) -> Void
  ) {
    let statistics = ExportStatistics()
    let exporter: (any SpanExporter)? =
      switch configuration.isDisabled ? .none : configuration.tracesExporter {
      case .otlp:
        OTLPRecordExporter(
          OTLPTraceEncoder(resource: resource, format: configuration.otlpTraces.format),
          configuration: configuration.otlpTraces,
          transport: transport,
          statistics: statistics,
          logger: logger
        )
      case .console: ConsoleSpanExporter(write: console)
      case .none: nil
      }
    let processor = exporter.map {
      BatchSpanProcessor(exporter: $0, configuration: configuration.spanBatches, statistics: statistics, group: group)
    }
    self.statistics = statistics
    self.processor = processor
    provider = TracerProvider(
      processor: processor ?? NoopSpanProcessor(),
      idGenerator: IDGenerator(group: group),
      logger: logger,
      sampler: configuration.sampler,
      limits: configuration.spanLimits,
      propagators: configuration.propagators,
      exceptionSignal: configuration.exceptionSignal,
      isDisabled: configuration.isDisabled
    )
  }

  /// Exports until `provider.shutdown(within:)` or until the task is cancelled. Returns at once when nothing is exported.
  public func run() async {
    await processor?.run()
  }
}
