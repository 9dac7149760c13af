import HTTPTypes
public import LoopHTTP

extension Response {
  /// Tells the caller which span its request became: `traceresponse`, and `server-timing` as the current draft of W3C
  /// Trace Context has it, beside what the application measured. Nothing where the request became no span of this process.
  public mutating func appendTrace(of span: SpanContext) {
    guard span.isValid, !span.isRemote else { return }
    let value = span.traceParent.headerValue
    append(.traceResponse, value)
    append(.serverTiming, "trace;desc=" + value)
  }
}
