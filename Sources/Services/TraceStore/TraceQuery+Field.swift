import OTLPMessages
import SwiftProtobuf

extension TraceQuery {
  /// The fields that it asks for, one that it asks for twice twice.
  var fields: [Field] {
    switch self {
    case .everything: []
    case .condition(let condition): [condition.field]
    case .and(let one, let other), .or(let one, let other): one.fields + other.fields
    }
  }
}

extension TraceQuery.Field {
  /// For complaints.
  static let form = "name, status, kind, duration, span.…, resource.… or .…"

  /// What belongs to every span, by the names that Tempo lists.
  static let intrinsics = ["duration", "kind", "name", "rootName", "rootServiceName", "status", "traceDuration"]

  /// A field as TraceQL writes it, nil for what is none.
  init?(_ word: String) {
    switch word {
    case "name", "span:name": self = .name
    case "status", "span:status": self = .status
    case "kind", "span:kind": self = .kind
    case "duration", "span:duration": self = .duration
    case "rootName", "trace:rootName": self = .rootName
    case "rootServiceName", "trace:rootService": self = .rootServiceName
    case "traceDuration", "trace:duration": self = .traceDuration
    default:
      func key(after prefix: String) -> String? {
        guard word.hasPrefix(prefix), word.count > prefix.count else { return nil }
        return String(word.dropFirst(prefix.count))
      }
      if let key = key(after: "resource.") {
        self = .resource(key)
      } else if let key = key(after: "span.") {
        self = .span(key)
      } else if let key = key(after: ".") {
        self = .anyScope(key)
      } else {
        return nil
      }
    }
  }

  /// Under which name a search answer has it among a span's attributes; nil for what the answer has elsewhere.
  var attributeName: String? {
    switch self {
    case .status: "status"
    case .kind: "kind"
    case .span(let key), .resource(let key), .anyScope(let key): key
    case .name, .duration, .rootName, .rootServiceName, .traceDuration: nil
    }
  }

  /// What it can be in the spans of this trace; nil where its summary does not tell.
  func values(ofTrace trace: TraceSummary) -> [Opentelemetry_Proto_Common_V1_AnyValue]? {
    switch self {
    case .rootName: [.text(trace.rootName)]
    case .rootServiceName: [.text(trace.rootServiceName)]
    case .traceDuration: [.number(trace.nanoseconds)]
    case .resource("service.name"): trace.namesAllServices ? trace.services.keys.map { .text($0) } : nil
    case .name, .status, .kind, .duration, .span, .resource, .anyScope: nil
    }
  }

  /// What it is in this span, as attributes have it: as a rule nothing or one value.
  func values(of subject: TraceQuery.Subject) -> [Opentelemetry_Proto_Common_V1_AnyValue] {
    let span = subject.span
    switch self {
    case .name: return [.text(span.name)]
    case .status: return [.text(Self.status(span.status.code))]
    case .kind: return [.text(Self.kind(span.kind))]
    case .duration: return [.number(max(span.startTimeUnixNano, span.endTimeUnixNano) - span.startTimeUnixNano)]
    case .rootName, .rootServiceName, .traceDuration: return values(ofTrace: subject.trace) ?? []
    case .span(let key): return Self.values(key, in: span.attributes)
    case .resource(let key): return Self.values(key, in: subject.resource.attributes)
    case .anyScope(let key):
      return Self.values(key, in: span.attributes) + Self.values(key, in: subject.resource.attributes)
    }
  }

  private static func values(
    _ key: String,
    in attributes: [Opentelemetry_Proto_Common_V1_KeyValue]
  ) -> [Opentelemetry_Proto_Common_V1_AnyValue] {
    attributes.lazy.filter { $0.key == key }.map(\.value)
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
}

extension Opentelemetry_Proto_Common_V1_AnyValue {
  fileprivate static func text(_ text: String) -> Self { .with { $0.stringValue = text } }
  fileprivate static func number(_ number: UInt64) -> Self { .with { $0.intValue = Int64(clamping: number) } }
}
