import OTLPMessages

/// A query as a whole: which spans, and what is shown of them.
struct TracePipeline: Sendable, Hashable {
  var filter = TraceQuery.everything
  /// What `select(…)` names.
  var selected: [TraceQuery.Field] = []
}

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
}
