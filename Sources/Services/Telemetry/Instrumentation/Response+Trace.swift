import HTTPTypes
public import LoopHTTP

extension Response {
  /// Tells the caller which span its request became: `traceresponse`, and `server-timing` as the current draft of W3C
  /// Trace Context has it, beside what the application measured. Nothing where the request became no span of this process.
  public mutating func appendTrace(of span: SpanContext) {
    guard span.isValid, !span.isRemote else { return }
    let timing = InlineArray<66, UInt8> {
      $0.append("trace;desc=")
      $0.append(span.traceParent)
    }
    append(.traceResponse, String(ascii: timing.span.extracting(11...)))
    append(.serverTiming, String(ascii: timing.span))
  }
}
