import FoundationEssentials
import OTLPMessages
import SwiftProtobuf
import Telemetry

/// A whole trace, as it is answered.
struct TraceDocument: Sendable {
  typealias TracesData = Opentelemetry_Proto_Trace_V1_TracesData

  /// Each span once: an exporter that got no answer sends again.
  let data: TracesData

  /// Nil where the pieces do not decode.
  init?(_ trace: TraceStorage.Trace) {
    guard var data = OTLPFormat.protobuf.decode(TracesData.self, from: Array(trace.pieces.joined())) else { return nil }
    var seen: Set<Data> = []
    for batch in data.resourceSpans.indices {
      for group in data.resourceSpans[batch].scopeSpans.indices {
        data.resourceSpans[batch].scopeSpans[group].spans.removeAll { !seen.insert($0.spanID).inserted }
      }
    }
    data.resourceSpans.removeAll { $0.scopeSpans.allSatisfy(\.spans.isEmpty) }
    self.data = data
  }

  /// Which of Tempo's two paths it is answered on.
  enum Version: Sendable {
    /// `/api/traces/{id}`
    case one
    /// `/api/v2/traces/{id}`
    case two
  }

  /// Tempo's `Trace`, which has the form of OTLP's `TracesData`, or its `TraceByIDResponse`, whose field 1 is a `Trace`.
  func protobuf(_ version: Version) -> [UInt8] {
    let trace = OTLPFormat.protobuf.encode(data) ?? []
    switch version {
    case .one: return trace
    case .two: return Self.field1(trace)
    }
  }

  /// `{"batches":[…]}`, or `{"trace":{"resourceSpans":[…]},…}`.
  func json(_ version: Version) -> [UInt8] {
    switch version {
    case .one:
      Array(#"{"batches":["#.utf8) + batchesAsJSON + Array("]}".utf8)
    case .two:
      Array(#"{"trace":{"resourceSpans":["#.utf8) + batchesAsJSON + Array(#"]},"metrics":{},"status":"COMPLETE"}"#.utf8)
    }
  }

  /// A message as field 1 of another (protobuf encoding, "Length-Delimited Records").
  private static func field1(_ message: [UInt8]) -> [UInt8] {
    var field: [UInt8] = [0x0A]
    var length = message.count
    while length > 0x7F {
      field.append(UInt8(truncatingIfNeeded: length) | 0x80)
      length >>= 7
    }
    field.append(UInt8(truncatingIfNeeded: length))
    return field + message
  }

  private var batchesAsJSON: [UInt8] {
    let batches = data.resourceSpans.compactMap { OTLPFormat.json.encode(Self.withHexadecimalIDs($0)) }
    return Array(batches.joined(separator: Array(",".utf8)))
  }

  private static func withHexadecimalIDs(_ batch: SpansOfTrace.ResourceSpans) -> SpansOfTrace.ResourceSpans {
    var batch = batch
    for group in batch.scopeSpans.indices {
      batch.scopeSpans[group].spans = batch.scopeSpans[group].spans.map { span in
        var span = span
        span.traceID = hexadecimal(traceID: span.traceID)
        span.spanID = hexadecimal(spanID: span.spanID)
        span.parentSpanID = hexadecimal(spanID: span.parentSpanID)
        for link in span.links.indices {
          span.links[link].traceID = hexadecimal(traceID: span.links[link].traceID)
          span.links[link].spanID = hexadecimal(spanID: span.links[link].spanID)
        }
        return span
      }
    }
    return batch
  }

  private static func hexadecimal(traceID: Data) -> Data {
    OTLPFormat.protobuf.traceID(in: traceID).map { OTLPFormat.json.field(of: $0) } ?? Data()
  }

  private static func hexadecimal(spanID: Data) -> Data {
    OTLPFormat.protobuf.spanID(in: spanID).map { OTLPFormat.json.field(of: $0) } ?? Data()
  }
}
