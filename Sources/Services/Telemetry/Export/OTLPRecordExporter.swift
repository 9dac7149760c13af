import LoopHTTP
import SwiftProtobuf

/// What is particular to one signal of OTLP: how its records become a request, and what an answer says of them.
protocol OTLPEncoder<Record>: Sendable {
  /// What is exported.
  associatedtype Record: Sendable
  /// The message of an answer.
  associatedtype Answer: Message

  /// The encoded request that carries these records; nil when it cannot be encoded.
  func encode(_ records: [Record]) -> [UInt8]?
  /// What the answer says of records that the receiver did not keep.
  static func partialSuccess(of answer: Answer) -> OTLPPartialSuccess
}

/// Exports the records of one signal over OTLP/HTTP (OpenTelemetry Protocol specification 1.x).
final class OTLPRecordExporter<Encoder: OTLPEncoder>: Sendable {
  private let exporter: OTLPExporter
  private let encoder: Encoder
  private let format: OTLPFormat

  /// An exporter of what `encoder` encodes.
  ///
  /// - Parameters:
  ///   - logger: Gets one line when exporting begins to fail and one when it works again.
  ///   - statistics: Counts the retries.
  init(
    _ encoder: Encoder,
    configuration: OTLPConfiguration,
    transport: any OTLPTransport,
    statistics: ExportStatistics,
    logger: OTelLogger
  ) {
    self.encoder = encoder
    format = configuration.format
    exporter = OTLPExporter(
      configuration: configuration,
      transport: transport,
      logger: logger,
      wallSeconds: { Int(EventLoop.wallClockNanoseconds() / 1_000_000_000) },
      onRetry: { statistics.addRetry() }
    )
  }

  /// Exports a batch; returns within the shorter of `limit` and the configured time.
  func export(_ records: [Encoder.Record], within limit: Duration) async -> ExportResult {
    guard !records.isEmpty else { return .delivered(rejected: 0) }
    guard let message = await encode(records) else { return .dropped }
    return await exporter.post(message, within: limit) {
      format.decode(Encoder.Answer.self, from: $0).map(Encoder.partialSuccess)
    }
  }

  /// Encodes away from the caller's actor: a batch takes longer than a loop should be held up.
  @concurrent
  private func encode(_ records: [Encoder.Record]) async -> [UInt8]? {
    encoder.encode(records)
  }
}

extension OTLPRecordExporter: SpanExporter where Encoder == OTLPTraceEncoder {}
