import FoundationEssentials
import OTLPMessages
import SwiftProtobuf
import Telemetry

/// The spans of one trace in one export, with their resources and scopes, ids as bytes whatever encoding they came in.
struct SpansOfTrace: Sendable {
  typealias Request = Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest
  typealias ResourceSpans = Opentelemetry_Proto_Trace_V1_ResourceSpans
  typealias Span = Opentelemetry_Proto_Trace_V1_Span

  let traceID: TraceID
  var batches: [ResourceSpans] = []
  /// As a `TracesData` message.
  var encoded: [UInt8] = []
  /// Messages in it.
  var messageCount = 0

  var spanCount: Int { batches.reduce(0) { $0 + $1.scopeSpans.reduce(0) { $0 + $1.spans.count } } }

  /// An export by trace, in the order of arrival, and the number of spans without a usable id.
  static func split(_ request: Request, _ format: OTLPFormat) -> (traces: [SpansOfTrace], rejected: Int) {
    var traces: [SpansOfTrace] = []
    var places: [TraceID: Int] = [:]
    var rejected = 0
    for batch in request.resourceSpans {
      for group in batch.scopeSpans {
        var spans: [TraceID: [Span]] = [:]
        var arrival: [TraceID] = []
        for span in group.spans {
          guard let (id, span) = normalized(span, format) else {
            rejected += 1
            continue
          }
          if spans[id] == nil { arrival.append(id) }
          spans[id, default: []].append(span)
        }
        for id in arrival {
          let place = places[id] ?? traces.count
          if place == traces.count {
            traces.append(SpansOfTrace(traceID: id))
            places[id] = place
          }
          traces[place].append(spans[id] ?? [], group, batch)
        }
      }
    }
    for index in traces.indices { traces[index].encode() }
    return (traces, rejected)
  }

  private mutating func append(
    _ spans: [Span],
    _ group: Opentelemetry_Proto_Trace_V1_ScopeSpans,
    _ batch: ResourceSpans
  ) {
    var ownGroup = Opentelemetry_Proto_Trace_V1_ScopeSpans()
    if group.hasScope { ownGroup.scope = group.scope }
    ownGroup.schemaURL = group.schemaURL
    ownGroup.spans = spans
    var own = ResourceSpans()
    if batch.hasResource { own.resource = batch.resource }
    own.schemaURL = batch.schemaURL
    own.scopeSpans = [ownGroup]
    batches.append(own)
  }

  private mutating func encode() {
    let message = Opentelemetry_Proto_Trace_V1_TracesData.with { $0.resourceSpans = batches }
    encoded = OTLPFormat.protobuf.encode(message) ?? []
    messageCount = MessageCount.of(encoded, .protobuf) ?? 0
  }

  /// The span with binary ids. Nil where its own are none; a parent or link that is none is left out.
  private static func normalized(_ span: Span, _ format: OTLPFormat) -> (TraceID, Span)? {
    guard let traceID = format.traceID(in: span.traceID), let spanID = format.spanID(in: span.spanID) else {
      return nil
    }
    guard format == .json else { return (traceID, span) }
    var span = span
    span.traceID = Data(traceID.bytes)
    span.spanID = Data(spanID.bytes)
    span.parentSpanID = format.spanID(in: span.parentSpanID).map { Data($0.bytes) } ?? Data()
    span.links = span.links.compactMap { link in
      guard let traceID = format.traceID(in: link.traceID), let spanID = format.spanID(in: link.spanID) else {
        return nil
      }
      var link = link
      link.traceID = Data(traceID.bytes)
      link.spanID = Data(spanID.bytes)
      return link
    }
    return (traceID, span)
  }
}
