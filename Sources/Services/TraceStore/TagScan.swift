import OTLPMessages
import ServiceCore

/// The names of attributes by scope.
struct TagNames: Sendable, Equatable {
  private(set) var resource: Set<String> = []
  private(set) var span: Set<String> = []

  /// Of one scope: more than anybody chooses from.
  static let most = 1000
  /// Characters; a longer one is left out, because shortened it would find nothing.
  static let longest = 256

  mutating func add(_ document: TraceDocument) {
    for batch in document.data.resourceSpans {
      Self.add(batch.resource.attributes, to: &resource)
      for span in batch.scopeSpans.lazy.flatMap(\.spans) { Self.add(span.attributes, to: &self.span) }
    }
  }

  private static func add(_ attributes: [Opentelemetry_Proto_Common_V1_KeyValue], to names: inout Set<String>) {
    for attribute in attributes where names.count < most && attribute.key.count <= longest {
      names.insert(attribute.key)
    }
  }

  mutating func formUnion(_ other: TagNames) {
    resource.formUnion(other.resource)
    span.formUnion(other.span)
  }
}

/// A value of a field, with the type that TraceQL gives it.
struct TagValue: Sendable, Hashable {
  let type: String
  let text: String

  /// The most that are told, and the characters of the longest that is.
  static let most = 1000
  static let longest = 1024

  /// Nil for what cannot be compared.
  private init?(_ value: Opentelemetry_Proto_Common_V1_AnyValue) {
    switch value.value {
    case .stringValue(let text): (type, self.text) = ("string", text)
    case .boolValue(let bool): (type, text) = ("bool", String(bool))
    case .intValue(let number): (type, text) = ("int", String(number))
    case .doubleValue(let number): (type, text) = ("float", String(number))
    case .arrayValue, .kvlistValue, .bytesValue, .stringValueStrindex, nil: return nil
    }
    if text.count > Self.longest { return nil }
  }

  private init(keyword: String) {
    (type, text) = ("keyword", keyword)
  }

  /// Those that a span has by its nature; nil where the stored ones tell.
  static func known(of field: TraceQuery.Field) -> Set<TagValue>? {
    switch field {
    case .status: Set(["error", "ok", "unset"].map(TagValue.init(keyword:)))
    case .kind:
      Set(["client", "consumer", "internal", "producer", "server", "unspecified"].map(TagValue.init(keyword:)))
    // Each its own: nobody chooses one from a list.
    case .duration, .traceDuration: []
    case .name, .rootName, .rootServiceName, .span, .resource, .anyScope: nil
    }
  }

  /// Those of an attribute, which may be an array.
  static func all(_ value: Opentelemetry_Proto_Common_V1_AnyValue) -> [TagValue] {
    if case .arrayValue(let array) = value.value { return array.values.flatMap(all) }
    return TagValue(value).map { [$0] } ?? []
  }
}

extension TraceSearch {
  /// What the field is in the spans that match.
  func tagValues(of field: TraceQuery.Field, in document: TraceDocument, _ summary: TraceSummary) -> Set<TagValue> {
    var values: Set<TagValue> = []
    for batch in document.data.resourceSpans {
      for span in batch.scopeSpans.lazy.flatMap(\.spans) {
        let subject = TraceQuery.Subject(span: span, resource: batch.resource, trace: summary)
        guard values.count < TagValue.most, filters.allSatisfy({ $0.matches(subject) }) else { continue }
        values.formUnion(field.values(of: subject).flatMap(TagValue.all))
      }
    }
    return values
  }
}
