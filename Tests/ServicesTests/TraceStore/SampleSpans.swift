import FoundationEssentials
import OTLPMessages
import SwiftProtobuf
import Telemetry
import Testing

@testable import TraceStore

/// Spans as an SDK sends them, with ids and times that a test can name.
enum SampleSpans {
  typealias Span = SpansOfTrace.Span
  typealias Value = Opentelemetry_Proto_Common_V1_AnyValue

  /// Nanoseconds since 1970 at which every trace starts.
  static let epoch: UInt64 = 1_795_000_000_000_000_000

  static func traceID(_ number: UInt64) -> TraceID { TraceID(high: 0, low: number) }

  /// A span of the trace `number`, its times in milliseconds after `epoch`.
  static func span(
    _ name: String = "span",
    of number: UInt64 = 1,
    id: UInt64 = 1,
    parent: UInt64? = nil,
    from start: UInt64 = 0,
    to end: UInt64 = 1,
    attributes: KeyValuePairs<String, Value> = [:]
  ) -> Span {
    Span.with {
      $0.name = name
      $0.traceID = OTLPFormat.protobuf.field(of: traceID(number))
      $0.spanID = OTLPFormat.protobuf.field(of: SpanID(rawValue: id))
      if let parent { $0.parentSpanID = OTLPFormat.protobuf.field(of: SpanID(rawValue: parent)) }
      $0.startTimeUnixNano = epoch + start * 1_000_000
      $0.endTimeUnixNano = epoch + end * 1_000_000
      $0.attributes = keyValues(attributes)
    }
  }

  /// One resource of that name with the spans in one scope.
  static func batch(_ service: String, _ spans: [Span], scope: String = "scope") -> SpansOfTrace.ResourceSpans {
    SpansOfTrace.ResourceSpans.with {
      $0.resource.attributes = keyValues(["service.name": text(service)])
      $0.schemaURL = "https://opentelemetry.io/schemas/1.37.0"
      $0.scopeSpans = [
        .with {
          $0.scope.name = scope
          $0.spans = spans
        }
      ]
    }
  }

  static func request(_ batches: SpansOfTrace.ResourceSpans...) -> SpansOfTrace.Request {
    SpansOfTrace.Request.with { $0.resourceSpans = batches }
  }

  /// The spans as the storage takes them; they must all be of one trace.
  static func trace(_ spans: Span..., service: String = "dice") -> SpansOfTrace {
    split(request(batch(service, spans)), .protobuf).traces[0]
  }

  /// The export by trace, and the number of spans without an id.
  static func split(_ request: SpansOfTrace.Request, _ format: OTLPFormat) -> (traces: [SpansOfTrace], rejected: Int) {
    let export = ExportByTrace(request, format)
    var traces: [SpansOfTrace] = []
    let leftOut = export.forEach(upTo: .max) { spans in
      traces.append(spans)
      return true
    }
    #expect(leftOut == 0)
    return (traces, export.withoutID)
  }

  static func text(_ text: String) -> Value { Value.with { $0.stringValue = text } }
  static func number(_ number: Int64) -> Value { Value.with { $0.intValue = number } }
  static func fraction(_ number: Double) -> Value { Value.with { $0.doubleValue = number } }
  static func bool(_ bool: Bool) -> Value { Value.with { $0.boolValue = bool } }
  static func array(_ values: [Value]) -> Value { Value.with { $0.arrayValue.values = values } }

  private static func keyValues(
    _ attributes: KeyValuePairs<String, Value>
  ) -> [Opentelemetry_Proto_Common_V1_KeyValue] {
    attributes.map { key, value in
      .with {
        $0.key = key
        $0.value = value
      }
    }
  }
}

extension TraceStorage {
  /// Adds spans, which must be taken.
  mutating func keep(_ spans: SpansOfTrace) {
    let isKept = add(spans)
    #expect(isKept)
  }
}
