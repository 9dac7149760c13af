public import Logging
import LoopHTTP
import OTLPMessages

/// Exports spans over OTLP/HTTP (OpenTelemetry Protocol specification 1.x).
public final class OTLPSpanExporter: SpanExporter {
  private let exporter: OTLPExporter
  private let encoder: OTLPTraceEncoder
  private let format: OTLPFormat

  /// An exporter of one service's spans.
  ///
  /// - Parameters:
  ///   - logger: Gets one line when exporting begins to fail and one when it works again.
  ///   - statistics: Counts the retries.
  public init(
    configuration: OTLPConfiguration,
    resource: Resource,
    transport: any OTLPTransport,
    statistics: SpanExportStatistics,
    logger: Logger
  ) {
    format = configuration.format
    encoder = OTLPTraceEncoder(resource: resource, format: configuration.format)
    exporter = OTLPExporter(
      configuration: configuration,
      transport: transport,
      logger: logger,
      wallSeconds: { Int(EventLoop.wallClockNanoseconds() / 1_000_000_000) },
      onRetry: { statistics.addRetry() }
    )
  }

  /// Exports a batch; returns within the shorter of `limit` and the configured time.
  public func export(_ spans: [SpanData], within limit: Duration) async -> ExportResult {
    guard !spans.isEmpty else { return .delivered(rejected: 0) }
    guard let message = await encode(spans) else { return .dropped }
    return await exporter.post(message, within: limit, rejected: partialSuccess)
  }

  /// Encodes away from the caller's actor: a batch takes longer than a loop should be held up.
  @concurrent
  private func encode(_ spans: [SpanData]) async -> [UInt8]? {
    encoder.encode(spans)
  }

  private func partialSuccess(_ body: [UInt8]) -> OTLPPartialSuccess? {
    let answer = format.decode(Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceResponse.self, from: body)
    return answer.map {
      OTLPPartialSuccess(rejected: Int($0.partialSuccess.rejectedSpans), message: $0.partialSuccess.errorMessage)
    }
  }
}
