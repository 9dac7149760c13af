public import HTTPTypes
public import Tracing

/// Reads and writes the headers that carry a trace from one service to the next: W3C Trace Context and W3C Baggage.
public struct Propagators: Sendable, Hashable {
  /// Whether `traceparent` and `tracestate` are read and written.
  public var usesTraceContext: Bool
  /// Whether `baggage` is read and written.
  public var usesBaggage: Bool

  /// The given selection; the defaults are those of `OTEL_PROPAGATORS`.
  public init(usesTraceContext: Bool = true, usesBaggage: Bool = true) {
    self.usesTraceContext = usesTraceContext
    self.usesBaggage = usesBaggage
  }

  /// Puts what the headers carry into `context`; `values` gives the values of all headers of a name, in their order.
  public func extract(into context: inout ServiceContext, values: (HTTPField.Name) -> [String]) {
    if usesTraceContext {
      let parents = values(.traceParent)
      // Two of them cannot both be right: the trace begins anew (W3C Trace Context §3.2).
      if parents.count == 1, let parent = TraceParent(parents[0]) {
        let state = TraceState(headerValues: values(.traceState)) ?? TraceState()
        context.span = OTelSpan(nonRecording: SpanContext(remote: parent, state: state))
      }
    }
    if usesBaggage {
      let baggage = Baggage(headerValues: values(.baggage))
      if !baggage.isEmpty { context.baggage = baggage }
    }
  }

  /// Writes what `context` carries, one header at a time through `set`.
  public func inject(_ context: ServiceContext, set: (HTTPField.Name, String) -> Void) {
    inject(context.spanContext, context.baggage, set: set)
  }

  /// Writes what the span's context would carry into the fields, in place of what they had.
  func inject(_ span: OTelSpan, into fields: inout [HTTPField]) {
    inject(span.spanContext, span.baggage) { name, value in
      fields.removeAll { $0.name == name }
      fields.append(HTTPField(name: name, value: value))
    }
  }

  private func inject(_ spanContext: SpanContext?, _ baggage: Baggage?, set: (HTTPField.Name, String) -> Void) {
    if usesTraceContext, let spanContext, spanContext.isValid {
      set(.traceParent, spanContext.traceParent.headerValue)
      if !spanContext.traceState.isEmpty { set(.traceState, spanContext.traceState.headerValue) }
    }
    if usesBaggage, let baggage = baggage?.headerValue, !baggage.isEmpty {
      set(.baggage, baggage)
    }
  }
}

extension SpanContext {
  /// The span that a `traceparent` names, seen from the receiver.
  init(remote parent: TraceParent, state: TraceState) {
    self.init(
      traceID: parent.traceID,
      spanID: parent.parentID,
      traceFlags: parent.flags,
      traceState: state,
      isRemote: true
    )
  }
}

extension HTTPField.Name {
  /// Names made once: making one from text looks at each character.
  static func constant(_ text: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no field name") }
    return name
  }

  /// `traceparent`.
  public static let traceParent = constant("traceparent")
  /// `tracestate`.
  public static let traceState = constant("tracestate")
  /// `baggage`.
  public static let baggage = constant("baggage")
  /// `traceresponse` (W3C Trace Context level 2 draft, widely used).
  public static let traceResponse = constant("traceresponse")
  /// `server-timing` (Server Timing), by which the current draft answers.
  public static let serverTiming = constant("server-timing")
}
