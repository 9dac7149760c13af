import FoundationEssentials
import OTLPMessages
import Telemetry

/// The answer of `/api/search`, in the names and types of Tempo's `SearchResponse`.
struct SearchAnswer: Encodable, Sendable {
  var traces: [Trace] = []
  var metrics = Metrics()

  struct Metrics: Encodable, Sendable {
    var inspectedTraces = 0
  }

  struct Trace: Encodable, Sendable {
    let traceID: String
    let rootServiceName: String
    let rootTraceName: String
    let startTimeUnixNano: String
    let durationMs: Int
    let spanSets: [SpanSet]?
    let serviceStats: [String: TraceSummary.Counts]

    init(_ id: TraceID, _ summary: TraceSummary, _ spans: SpanSet?) {
      traceID = id.description
      rootServiceName = summary.rootServiceName
      rootTraceName = summary.rootName
      startTimeUnixNano = String(summary.startTime)
      durationMs = Int(summary.nanoseconds / 1_000_000)
      spanSets = spans.map { [$0] }
      serviceStats = summary.services
    }
  }

  struct SpanSet: Encodable, Sendable {
    var spans: [Span] = []
    /// The matching spans of the trace, shown or not.
    var matched = 0
  }

  struct Span: Encodable, Sendable {
    let spanID: String
    let name: String
    let startTimeUnixNano: String
    let durationNanos: String
    /// Those that the query names; left out where there are none.
    let attributes: [SpanAttribute]?
  }
}

extension TraceSearch {
  /// The spans that match; nil where some filter matches none.
  func spanSet(in document: TraceDocument, _ summary: TraceSummary) -> SearchAnswer.SpanSet? {
    var set = SearchAnswer.SpanSet()
    var unmatched = Set(filters.indices)
    for batch in document.data.resourceSpans {
      for span in batch.scopeSpans.lazy.flatMap(\.spans) {
        let subject = TraceQuery.Subject(span: span, resource: batch.resource, trace: summary)
        let matching = filters.indices.filter { filters[$0].matches(subject) }
        unmatched.subtract(matching)
        guard matching.count == filters.count else { continue }
        set.matched += 1
        guard set.spans.count < spansPerSet else { continue }
        set.spans.append(
          SearchAnswer.Span(
            spanID: OTLPFormat.protobuf.spanID(in: span.spanID)?.description ?? "",
            name: span.name,
            startTimeUnixNano: String(span.startTimeUnixNano),
            durationNanos: String(max(span.startTimeUnixNano, span.endTimeUnixNano) - span.startTimeUnixNano),
            attributes: attributes(of: subject)
          )
        )
      }
    }
    return unmatched.isEmpty ? set : nil
  }

  private func attributes(of subject: TraceQuery.Subject) -> [SpanAttribute]? {
    let attributes = shown.compactMap { field in
      // A span's own attribute hides the resource's of the same name.
      field.attributeName.flatMap { name in field.values(of: subject).first.map { SpanAttribute(key: name, value: $0) }
      }
    }
    return attributes.isEmpty ? nil : attributes
  }
}
