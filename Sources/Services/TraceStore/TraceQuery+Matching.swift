import OTLPMessages

extension TraceQuery {
  /// Whether the span fulfils it.
  func matches(_ subject: Subject) -> Bool {
    switch self {
    case .everything: true
    case .condition(let condition): condition.matches(subject)
    case .and(let one, let other): one.matches(subject) && other.matches(subject)
    case .or(let one, let other): one.matches(subject) || other.matches(subject)
    }
  }

  /// Whether spans of such a trace may fulfil it, as far as its summary tells.
  func mayMatch(_ trace: TraceSummary) -> Bool {
    switch self {
    case .everything: true
    case .condition(let condition): condition.mayMatch(trace)
    case .and(let one, let other): one.mayMatch(trace) && other.mayMatch(trace)
    case .or(let one, let other): one.mayMatch(trace) || other.mayMatch(trace)
    }
  }
}

extension TraceQuery.Condition {
  fileprivate func matches(_ subject: TraceQuery.Subject) -> Bool {
    let values = values(of: subject)
    guard value == .nothing else { return values.contains(where: holds) }
    return comparison == .equal && values.isEmpty || comparison == .notEqual && !values.isEmpty
  }

  /// False where the trace's summary alone says that no span matches: such a trace need not be decoded.
  fileprivate func mayMatch(_ trace: TraceSummary) -> Bool {
    guard value != .nothing, let values = values(of: trace) else { return true }
    return values.contains(where: holds)
  }

  /// What the field can be in the spans of this trace; nil where its summary does not tell.
  private func values(of trace: TraceSummary) -> [TraceQuery.Value]? {
    switch field {
    case .rootName: [.text(trace.rootName)]
    case .rootServiceName: [.text(trace.rootServiceName)]
    case .traceDuration: [.number(Double(trace.nanoseconds))]
    case .resource("service.name"): trace.namesAllServices ? trace.services.keys.map { .text($0) } : nil
    case .name, .status, .kind, .duration, .span, .resource, .anyScope: nil
    }
  }

  /// What the field is in this span: nothing, one value, or the elements of an array.
  private func values(of subject: TraceQuery.Subject) -> [TraceQuery.Value] {
    let span = subject.span
    switch field {
    case .name: return [.text(span.name)]
    case .status: return [.text(Self.status(span.status.code))]
    case .kind: return [.text(Self.kind(span.kind))]
    case .duration:
      let end = max(span.startTimeUnixNano, span.endTimeUnixNano)
      return [.number(Double(end - span.startTimeUnixNano))]
    case .rootName, .rootServiceName, .traceDuration: return values(of: subject.trace) ?? []
    case .span(let key): return Self.values(key, in: span.attributes)
    case .resource(let key): return Self.values(key, in: subject.resource.attributes)
    case .anyScope(let key):
      return Self.values(key, in: span.attributes) + Self.values(key, in: subject.resource.attributes)
    }
  }

  private func holds(_ actual: TraceQuery.Value) -> Bool {
    switch (comparison, actual, value) {
    case (.equal, let actual, let value): actual == value
    case (.notEqual, let actual, let value): actual != value
    case (.matches, .text(let text), .pattern(let pattern)): pattern.matches(text)
    case (.notMatches, .text(let text), .pattern(let pattern)): !pattern.matches(text)
    case (.greater, .number(let actual), .number(let value)): actual > value
    case (.atLeast, .number(let actual), .number(let value)): actual >= value
    case (.less, .number(let actual), .number(let value)): actual < value
    case (.atMost, .number(let actual), .number(let value)): actual <= value
    case (.contains, let actual, .text(let part)): part.isEmpty || actual.text.lowercased().contains(part.lowercased())
    case (.matches, _, _), (.notMatches, _, _), (.contains, _, _): false
    case (.greater, _, _), (.atLeast, _, _), (.less, _, _), (.atMost, _, _): false
    }
  }

  private static func status(_ code: Opentelemetry_Proto_Trace_V1_Status.StatusCode) -> String {
    switch code {
    case .ok: "ok"
    case .error: "error"
    case .unset, .UNRECOGNIZED: "unset"
    }
  }

  private static func kind(_ kind: Opentelemetry_Proto_Trace_V1_Span.SpanKind) -> String {
    switch kind {
    case .internal: "internal"
    case .server: "server"
    case .client: "client"
    case .producer: "producer"
    case .consumer: "consumer"
    case .unspecified, .UNRECOGNIZED: "unspecified"
    }
  }

  private static func values(
    _ key: String,
    in attributes: [Opentelemetry_Proto_Common_V1_KeyValue]
  ) -> [TraceQuery.Value] {
    attributes.filter { $0.key == key }.flatMap { values($0.value) }
  }

  private static func values(_ value: Opentelemetry_Proto_Common_V1_AnyValue) -> [TraceQuery.Value] {
    switch value.value {
    case .stringValue(let text): [.text(text)]
    case .boolValue(let bool): [.bool(bool)]
    case .intValue(let number): [.number(Double(number))]
    case .doubleValue(let number): [.number(number)]
    case .arrayValue(let array): array.values.flatMap(values)
    case .kvlistValue, .bytesValue, .stringValueStrindex, nil: []
    }
  }
}

extension TraceQuery.Value {
  fileprivate var text: String {
    switch self {
    case .text(let text): text
    case .bool(let bool): String(bool)
    case .number(let number): Int64(exactly: number).map(String.init) ?? String(number)
    case .pattern, .nothing: ""
    }
  }
}
