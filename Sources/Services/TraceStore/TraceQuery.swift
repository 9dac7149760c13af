import OTLPMessages

/// A filter on spans: what stands between the braces of a TraceQL query.
indirect enum TraceQuery: Sendable, Hashable {
  case everything
  case condition(Condition)
  case and(TraceQuery, TraceQuery)
  case or(TraceQuery, TraceQuery)

  struct Condition: Sendable, Hashable {
    let field: Field
    let comparison: Comparison
    let value: Value
  }

  enum Field: Sendable, Hashable {
    case name, status, kind, duration
    case rootName, rootServiceName, traceDuration
    case span(String), resource(String), anyScope(String)
  }

  enum Comparison: String, Sendable, CaseIterable {
    // The longer ones first, for the parser.
    case notEqual = "!="
    case matches = "=~"
    case notMatches = "!~"
    case atLeast = ">="
    case atMost = "<="
    case equal = "="
    case greater = ">"
    case less = "<"
    /// Case-insensitively a part of it; only the `tags` parameter asks that.
    case contains
  }

  enum Value: Sendable, Hashable {
    case text(String)
    case number(Double)
    case bool(Bool)
    case pattern(TextPattern)
    /// `nil`: that there is no value.
    case nothing
  }

  /// A span with what surrounds it.
  struct Subject {
    let span: Opentelemetry_Proto_Trace_V1_Span
    let resource: Opentelemetry_Proto_Resource_V1_Resource
    let trace: TraceSummary
  }

  func matches(_ subject: Subject) -> Bool {
    switch self {
    case .everything: true
    case .condition(let condition): condition.matches(subject)
    case .and(let one, let other): one.matches(subject) && other.matches(subject)
    case .or(let one, let other): one.matches(subject) || other.matches(subject)
    }
  }
}

extension TraceQuery.Condition {
  fileprivate func matches(_ subject: TraceQuery.Subject) -> Bool {
    let values = values(of: subject)
    guard value == .nothing else { return values.contains(where: holds) }
    return comparison == .equal && values.isEmpty || comparison == .notEqual && !values.isEmpty
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
    case .rootName: return [.text(subject.trace.rootName)]
    case .rootServiceName: return [.text(subject.trace.rootServiceName)]
    case .traceDuration: return [.number(Double(subject.trace.nanoseconds))]
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
