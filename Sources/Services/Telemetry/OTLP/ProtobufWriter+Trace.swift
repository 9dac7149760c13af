import OTLPMessages
import Tracing

/// The messages of opentelemetry/proto/trace/v1/trace.proto and common/v1/common.proto, by their field numbers.
extension ProtobufWriter {
  /// `Span`
  mutating func write(_ span: SpanData) {
    id(1, span.context.traceID)
    id(2, span.context.spanID)
    if !span.context.traceState.isEmpty { string(3, span.context.traceState.headerValue) }
    if let parent = span.parent { id(4, parent.spanID) }
    string(5, span.name)
    integer(6, UInt64(OTLPTraceEncoder.kind(span).rawValue))
    fixed64(7, span.startTime)
    fixed64(8, span.endTime ?? span.startTime)
    write(9, dropped: 10, span.attributes)
    for event in span.events {
      message(11) {
        $0.fixed64(1, event.time)
        $0.string(2, event.name)
        $0.write(3, dropped: 4, event.attributes)
      }
    }
    integer(12, UInt64(span.droppedEventCount))
    for link in span.links { message(13) { $0.write(link) } }
    integer(14, UInt64(span.droppedLinkCount))
    write(15, span.status)
    fixed32(16, OTLPTraceEncoder.flags(span))
  }

  /// `Span.Link`
  private mutating func write(_ link: SpanData.Link) {
    id(1, link.context.traceID)
    id(2, link.context.spanID)
    string(3, link.context.traceState.headerValue)
    write(4, dropped: 5, link.attributes)
    fixed32(6, OTLPTraceEncoder.flags(link.context.traceFlags, isRemote: link.context.isRemote))
  }

  /// `Status`, left out when unset.
  private mutating func write(_ field: UInt64, _ status: SpanData.Status) {
    switch status {
    case .unset: break
    case .ok: message(field) { $0.integer(3, 1) }
    case .error(let text):
      message(field) {
        $0.string(2, text ?? "")
        $0.integer(3, 2)
      }
    }
  }

  /// Repeated `KeyValue`, and how many there are not.
  private mutating func write(_ field: UInt64, dropped droppedField: UInt64, _ attributes: AttributeList) {
    // By index in a span: a loop over the array counts the references of each element.
    let elements = attributes.elements.span
    for index in elements.indices {
      let key = elements[index].key.name
      switch elements[index].value {
      case .string(let text) where key.utf8.count + text.utf8.count <= Self.shortEntryLimit:
        shortEntry(field, key, text)
      case .int(let number) where key.utf8.count + 10 <= Self.shortEntryLimit:
        shortEntry(field, key, UInt64(bitPattern: number))
      default:
        message(field) {
          $0.string(1, key)
          $0.message(2) { $0.write(elements[index].value) }
        }
      }
    }
    integer(droppedField, UInt64(attributes.droppedCount))
  }

  /// `AnyValue`
  private mutating func write(_ value: AttributeValue) {
    switch value {
    case .string(let value): alwaysString(1, value)
    case .bool(let value): alwaysInteger(2, value ? 1 : 0)
    case .int(let value): alwaysInteger(3, UInt64(bitPattern: value))
    case .double(let value): fixed64(4, value.bitPattern)
    case .stringArray(let values): write(values) { $0.alwaysString(1, $1) }
    case .intArray(let values): write(values) { $0.alwaysInteger(3, UInt64(bitPattern: $1)) }
    case .doubleArray(let values): write(values) { $0.fixed64(4, $1.bitPattern) }
    case .boolArray(let values): write(values) { $0.alwaysInteger(2, $1 ? 1 : 0) }
    }
  }

  /// `AnyValue` with an `ArrayValue`, of whose members `writeMember` writes each.
  private mutating func write<Member>(_ members: [Member], _ writeMember: (inout ProtobufWriter, Member) -> Void) {
    message(5) {
      for member in members {
        $0.message(1) { writeMember(&$0, member) }
      }
    }
  }
}
