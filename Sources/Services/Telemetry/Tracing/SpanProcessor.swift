/// Takes the spans that have ended (OpenTelemetry SDK, "Span processor").
public protocol SpanProcessor: Sendable {
  /// Takes a span that has just ended. Called where the span ended; never blocks.
  func onEnd(_ span: OTelSpan)
  /// Exports everything that ended so far. False when the deadline came first or the export failed.
  func forceFlush(within limit: Duration) async -> Bool
  /// Flushes and ends; later spans are ignored. False when the deadline came first or the export failed.
  func shutdown(within limit: Duration) async -> Bool
}

/// Drops every span: what `OTEL_TRACES_EXPORTER=none` and a disabled SDK use.
public struct NoopSpanProcessor: SpanProcessor {
  /// A processor that does nothing.
  public init() {}

  /// Drops the span.
  public func onEnd(_ span: OTelSpan) {}

  /// Has nothing to do.
  public func forceFlush(within limit: Duration) async -> Bool { true }

  /// Has nothing to do.
  public func shutdown(within limit: Duration) async -> Bool { true }
}
