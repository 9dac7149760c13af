import OTLPMessages
import SwiftProtobuf
import Telemetry

/// The spans of one trace in one export, with their resources and scopes, ids as bytes whatever encoding they came in.
struct SpansOfTrace: Sendable {
  typealias Request = Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest
  typealias ResourceSpans = Opentelemetry_Proto_Trace_V1_ResourceSpans
  typealias Span = Opentelemetry_Proto_Trace_V1_Span

  let traceID: TraceID
  let batches: [ResourceSpans]
  /// As a `TracesData` message.
  let encoded: [UInt8]
  var spanCount: Int { batches.reduce(0) { $0 + $1.scopeSpans.reduce(0) { $0 + $1.spans.count } } }
  /// Messages in it.
  let messageCount: Int

  /// Nil for what cannot be encoded.
  init?(traceID: TraceID, batches: [ResourceSpans]) {
    let message = Opentelemetry_Proto_Trace_V1_TracesData.with { $0.resourceSpans = batches }
    guard let encoded = OTLPFormat.protobuf.encode(message), let messages = MessageCount.of(encoded, .protobuf) else {
      return nil
    }
    self.traceID = traceID
    self.batches = batches
    self.encoded = encoded
    messageCount = messages
  }
}
