/// Decides which traces are recorded (OpenTelemetry SDK, "Built-in samplers").
public indirect enum Sampler: Sendable, Hashable {
  /// Every trace.
  case alwaysOn
  /// No trace.
  case alwaysOff
  /// That share of the traces, between 0 and 1: a pure function of the trace id, which every service decides alike.
  case traceIDRatioBased(Double)
  /// What the parent decided; the given sampler where there is none.
  case parentBased(root: Sampler)

  /// Whether to record a span of that trace.
  public func isSampled(_ traceID: TraceID, parent: SpanContext?) -> Bool {
    switch self {
    case .alwaysOn: true
    case .alwaysOff: false
    case .traceIDRatioBased(let ratio): Self.isSampled(traceID, ratio: ratio)
    case .parentBased(let root): parent?.isSampled ?? root.isSampled(traceID, parent: nil)
    }
  }

  /// The last eight bytes as an integer against a bound, which is what the other SDKs do, so that mixed systems agree.
  private static func isSampled(_ traceID: TraceID, ratio: Double) -> Bool {
    if ratio >= 1 { return true }
    guard ratio > 0 else { return false }
    return traceID.low < UInt64((ratio * 0x1p64).rounded())
  }
}
