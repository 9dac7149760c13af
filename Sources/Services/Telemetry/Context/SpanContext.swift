/// What identifies a span wherever it travels (OpenTelemetry API, "SpanContext").
public struct SpanContext: Sendable, Hashable {
  /// The trace.
  public let traceID: TraceID
  /// The span.
  public let spanID: SpanID
  /// Whether the trace is recorded, and how its id was made.
  public let traceFlags: TraceFlags
  /// Vendors' positions.
  public let traceState: TraceState
  /// True when it came from another process.
  public let isRemote: Bool

  /// A context of the given parts.
  public init(
    traceID: TraceID,
    spanID: SpanID,
    traceFlags: TraceFlags = [],
    traceState: TraceState = TraceState(),
    isRemote: Bool = false
  ) {
    self.traceID = traceID
    self.spanID = spanID
    self.traceFlags = traceFlags
    self.traceState = traceState
    self.isRemote = isRemote
  }

  /// The context of no span: what a disabled tracer's roots have. It is never sent.
  static let invalid = SpanContext(traceID: TraceID(high: 0, low: 0), spanID: SpanID(rawValue: 0))

  /// False when either id is all zero.
  public var isValid: Bool { traceID.high | traceID.low != 0 && spanID.rawValue != 0 }

  /// True when the trace is recorded.
  public var isSampled: Bool { traceFlags.contains(.sampled) }

  /// The `traceparent` that names this span as the parent.
  public var traceParent: TraceParent {
    TraceParent(traceID: traceID, parentID: spanID, flags: traceFlags)
  }
}
