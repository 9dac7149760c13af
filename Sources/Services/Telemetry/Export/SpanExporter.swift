/// What became of a batch.
public enum ExportResult: Sendable, Hashable {
  /// Delivered, all but that many, which the receiver refused for good.
  case delivered(rejected: Int)
  /// Not delivered, for a reason that may pass: the batch can be tried again later.
  case undelivered
  /// Refused for good, or impossible to send.
  case dropped
}

/// Brings finished spans to where they are kept (OpenTelemetry SDK, "Span Exporter"). Never called concurrently.
public protocol SpanExporter: Sendable {
  /// Exports a batch of spans that recorded and have ended; returns within `limit`.
  func export(_ spans: [OTelSpan], within limit: Duration) async -> ExportResult
}
