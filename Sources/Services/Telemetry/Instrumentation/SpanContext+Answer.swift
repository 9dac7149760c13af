public import HTTPTypes

extension SpanContext {
  /// Tells the caller which span its request became: `traceresponse`, and `server-timing` as the current draft of W3C
  /// Trace Context has it, beside what the application measured. Nothing where the request became no span of this process.
  public func answer(append: (HTTPField.Name, String) -> Void) {
    guard isValid, !isRemote else { return }
    let value = traceParent.headerValue
    append(.traceResponse, value)
    append(.serverTiming, "trace;desc=" + value)
  }
}
