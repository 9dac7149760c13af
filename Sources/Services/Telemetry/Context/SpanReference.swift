/// The span that a log line or an exemplar points at: ids and flags, nothing else, so that it costs nothing to copy.
public struct SpanReference: Sendable, Equatable {
  /// The trace.
  public var traceID: TraceID
  /// The span.
  public var spanID: SpanID
  /// Bit 0 is "sampled".
  public var traceFlags: TraceFlags

  /// A reference of the given parts.
  public init(traceID: TraceID, spanID: SpanID, traceFlags: TraceFlags) {
    self.traceID = traceID
    self.spanID = spanID
    self.traceFlags = traceFlags
  }

  /// The ids and flags of that span; nil for the invalid one.
  public init?(_ context: SpanContext) {
    guard context.isValid else { return nil }
    self.init(traceID: context.traceID, spanID: context.spanID, traceFlags: context.traceFlags)
  }

  /// Whether the trace is recorded: only then does a backend know the ids (OpenTelemetry Metrics SDK, exemplar
  /// filter `TraceBased`).
  public var isSampled: Bool { traceFlags.contains(.sampled) }
}
