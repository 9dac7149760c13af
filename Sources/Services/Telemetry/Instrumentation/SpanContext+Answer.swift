public import HTTPTypes

extension SpanContext {
  /// Tells the caller which span its request became: `traceresponse`, and `server-timing` as the current draft of W3C
  /// Trace Context has it, beside what the application measured. Nothing for a context that is not valid.
  public func answer(append: (HTTPField.Name, String) -> Void) {
    guard isValid else { return }
    let value = traceParent.headerValue
    append(.traceResponse, value)
    append(.serverTiming, "trace;desc=\(value)")
  }
}
