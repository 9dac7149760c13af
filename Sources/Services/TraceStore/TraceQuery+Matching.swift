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
    let values = field.values(of: subject).flatMap(TraceQuery.Value.all)
    guard value == .nothing else { return values.contains(where: holds) }
    return comparison == .equal && values.isEmpty || comparison == .notEqual && !values.isEmpty
  }

  /// False where the trace's summary alone says that no span matches: such a trace need not be decoded.
  fileprivate func mayMatch(_ trace: TraceSummary) -> Bool {
    guard value != .nothing, let values = field.values(ofTrace: trace) else { return true }
    return values.lazy.flatMap(TraceQuery.Value.all).contains(where: holds)
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
}

extension TraceQuery.Value {
  /// An attribute's value, or the elements of its array; none for what cannot be compared.
  fileprivate static func all(_ value: Opentelemetry_Proto_Common_V1_AnyValue) -> [TraceQuery.Value] {
    switch value.value {
    case .stringValue(let text): [.text(text)]
    case .boolValue(let bool): [.bool(bool)]
    case .intValue(let number): [.number(Double(number))]
    case .doubleValue(let number): [.number(number)]
    case .arrayValue(let array): array.values.flatMap(all)
    case .kvlistValue, .bytesValue, .stringValueStrindex, nil: []
    }
  }

  fileprivate var text: String {
    switch self {
    case .text(let text): text
    case .bool(let bool): String(bool)
    case .number(let number): Int64(exactly: number).map(String.init) ?? String(number)
    case .pattern, .nothing: ""
    }
  }
}
