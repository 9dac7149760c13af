import FoundationEssentials
import OTLPMessages
import Telemetry

/// An export's spans by trace, in the order of arrival.
///
/// It notes where they are and makes the messages of one trace at a time: each trace gets its own copy of the resources
/// and scopes, so that all of them together may be many times as large as the export.
struct ExportByTrace: Sendable {
  private struct Trace: Sendable {
    let id: TraceID
    var places: [Place] = []
  }

  /// A span by the indices on the way to it.
  private struct Place: Sendable {
    let batch: Int
    let group: Int
    let span: Int
  }

  /// Spans without a usable id.
  private(set) var withoutID = 0
  private var traces: [Trace] = []
  private let request: SpansOfTrace.Request
  private let format: OTLPFormat

  /// Finds the traces of `request`, whose ids are as `format` has them.
  init(_ request: SpansOfTrace.Request, _ format: OTLPFormat) {
    self.request = request
    self.format = format
    var indices: [TraceID: Int] = [:]
    for (batchIndex, batch) in request.resourceSpans.enumerated() {
      for (groupIndex, group) in batch.scopeSpans.enumerated() {
        for (spanIndex, span) in group.spans.enumerated() {
          guard let id = format.traceID(in: span.traceID), format.spanID(in: span.spanID) != nil else {
            withoutID += 1
            continue
          }
          let index = indices[id] ?? traces.count
          if index == traces.count {
            indices[id] = index
            traces.append(Trace(id: id))
          }
          traces[index].places.append(Place(batch: batchIndex, group: groupIndex, span: spanIndex))
        }
      }
    }
  }

  /// Makes one trace after another and hands it to `add`, which says whether it keeps it, until they have come to `limit`
  /// bytes as the storage counts them. Returns how many spans are not kept.
  func forEach(upTo limit: Int, _ add: (SpansOfTrace) -> Bool) -> Int {
    var rest = limit
    var leftOut = 0
    for trace in traces {
      guard rest > 0, let spans = SpansOfTrace(traceID: trace.id, batches: batches(of: trace)) else {
        leftOut += trace.places.count
        continue
      }
      // A trace that is not kept has taken its time and memory all the same.
      rest -= TraceStorage.size(ofNew: spans)
      if rest < 0 || !add(spans) { leftOut += trace.places.count }
    }
    return leftOut
  }

  /// The trace's spans, each in its scope and resource, of which there is one for each of the export that has any.
  private func batches(of trace: Trace) -> [SpansOfTrace.ResourceSpans] {
    var batches: [SpansOfTrace.ResourceSpans] = []
    var last: Place?
    for place in trace.places {
      let batch = request.resourceSpans[place.batch]
      let group = batch.scopeSpans[place.group]
      if last?.batch != place.batch { batches.append(batch.withoutScopes) }
      if last?.batch != place.batch || last?.group != place.group {
        batches[batches.count - 1].scopeSpans.append(group.withoutSpans)
      }
      let groups = batches[batches.count - 1].scopeSpans.count
      batches[batches.count - 1].scopeSpans[groups - 1].spans.append(group.spans[place.span].withBinaryIDs(format))
      last = place
    }
    return batches
  }
}

extension SpansOfTrace.ResourceSpans {
  fileprivate var withoutScopes: Self {
    var own = Self()
    if hasResource { own.resource = resource }
    own.schemaURL = schemaURL
    return own
  }
}

extension Opentelemetry_Proto_Trace_V1_ScopeSpans {
  fileprivate var withoutSpans: Self {
    var own = Self()
    if hasScope { own.scope = scope }
    own.schemaURL = schemaURL
    return own
  }
}

extension SpansOfTrace.Span {
  /// The span with its ids as bytes; a parent or link that is none is left out.
  fileprivate func withBinaryIDs(_ format: OTLPFormat) -> Self {
    guard format == .json else { return self }
    var span = self
    span.traceID = Data(format.traceID(in: traceID)?.bytes ?? [])
    span.spanID = Data(format.spanID(in: spanID)?.bytes ?? [])
    span.parentSpanID = Data(format.spanID(in: parentSpanID)?.bytes ?? [])
    span.links = links.compactMap { link in
      guard let traceID = format.traceID(in: link.traceID), let spanID = format.spanID(in: link.spanID) else {
        return nil
      }
      var link = link
      link.traceID = Data(traceID.bytes)
      link.spanID = Data(spanID.bytes)
      return link
    }
    return span
  }
}
