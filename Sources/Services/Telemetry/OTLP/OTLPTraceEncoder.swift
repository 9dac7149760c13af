import FoundationEssentials
import LoopHTTP
package import OTLPMessages
import SwiftProtobuf
import Tracing

/// Turns spans into an OTLP request: one ResourceSpans, and in it one ScopeSpans per scope.
package struct OTLPTraceEncoder: OTLPEncoder {
  private let format: OTLPFormat
  private let resource: Opentelemetry_Proto_Resource_V1_Resource
  private let encodedResource: [UInt8]

  package init(resource: Resource, format: OTLPFormat) {
    self.format = format
    self.resource = Opentelemetry_Proto_Resource_V1_Resource(resource)
    encodedResource = OTLPFormat.protobuf.encode(self.resource) ?? []
  }

  /// The encoded request that carries these spans; nil when it cannot be encoded.
  package func encode(_ spans: [OTelSpan]) -> [UInt8]? {
    switch format {
    case .protobuf: protobuf(spans)
    case .json: format.encode(request(spans))
    }
  }

  /// The same bytes as `request` comes to, written without making its messages.
  private func protobuf(_ spans: [OTelSpan]) -> [UInt8] {
    let scopes = spans.grouped(by: \.scope).map(ScopeSpans.init)
    let size = ProtobufSize.delimited(encodedResource.count) + ProtobufSize.messages(scopes)
    var bytes: [UInt8] = []
    bytes.append(addingCapacity: ProtobufSize.delimited(size)) { output in
      output.delimited(1, size)
      output.delimited(1, encodedResource.count)
      output.append(copying: encodedResource.span)
      output.messages(2, scopes)
    }
    return bytes
  }

  /// See `OTLPEncoder`.
  static func partialSuccess(
    of answer: Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceResponse
  ) -> OTLPPartialSuccess {
    OTLPPartialSuccess(
      rejected: answer.partialSuccess.rejectedSpans,
      message: answer.partialSuccess.errorMessage
    )
  }

  /// The request that carries these spans.
  package func request(_ spans: [OTelSpan]) -> Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest {
    let scopes = spans.grouped(by: \.scope).map { scope, spans in
      Opentelemetry_Proto_Trace_V1_ScopeSpans.with {
        $0.scope.name = scope.name
        $0.scope.version = scope.version
        $0.schemaURL = scope.schemaURL
        $0.spans = spans.compactMap(\.recorded).map(message)
      }
    }
    return .with {
      $0.resourceSpans = [
        .with {
          $0.resource = resource
          $0.scopeSpans = scopes
        }
      ]
    }
  }

  private func message(_ span: SpanData) -> Opentelemetry_Proto_Trace_V1_Span {
    .with {
      $0.traceID = format.field(of: span.context.traceID)
      $0.spanID = format.field(of: span.context.spanID)
      $0.traceState = span.context.traceState.headerValue
      if let parent = span.parent { $0.parentSpanID = format.field(of: parent.spanID) }
      $0.flags = Self.flags(span.context.traceFlags, isRemote: span.parent?.isRemote ?? false)
      $0.name = span.name
      $0.kind = Self.kind(span.kind)
      $0.startTimeUnixNano = span.startTime
      $0.endTimeUnixNano = span.endTime ?? span.startTime
      $0.attributes = span.attributes.elements.map(Opentelemetry_Proto_Common_V1_KeyValue.init)
      $0.droppedAttributesCount = UInt32(clamping: span.attributes.droppedCount)
      $0.events = span.events.map(Self.event)
      $0.droppedEventsCount = UInt32(clamping: span.droppedEventCount)
      $0.links = span.links.map(link)
      $0.droppedLinksCount = UInt32(clamping: span.droppedLinkCount)
      switch span.status {
      case .unset: break
      case .ok: $0.status.code = .ok
      case .error(let message):
        $0.status.code = .error
        $0.status.message = message ?? ""
      }
    }
  }

  private static func event(_ event: SpanData.Event) -> Opentelemetry_Proto_Trace_V1_Span.Event {
    .with {
      $0.name = event.name
      $0.timeUnixNano = event.time
      $0.attributes = event.attributes.elements.map(Opentelemetry_Proto_Common_V1_KeyValue.init)
      $0.droppedAttributesCount = UInt32(clamping: event.attributes.droppedCount)
    }
  }

  private func link(_ link: SpanData.Link) -> Opentelemetry_Proto_Trace_V1_Span.Link {
    .with {
      $0.traceID = format.field(of: link.context.traceID)
      $0.spanID = format.field(of: link.context.spanID)
      $0.traceState = link.context.traceState.headerValue
      $0.flags = Self.flags(link.context.traceFlags, isRemote: link.context.isRemote)
      $0.attributes = link.attributes.elements.map(Opentelemetry_Proto_Common_V1_KeyValue.init)
      $0.droppedAttributesCount = UInt32(clamping: link.attributes.droppedCount)
    }
  }

  /// trace.proto, `SpanFlags`: the trace flags, bit 8 for "bit 9 is known", bit 9 for "is remote".
  static func flags(_ traceFlags: TraceFlags, isRemote: Bool) -> UInt32 {
    UInt32(traceFlags.rawValue) | 0x100 | (isRemote ? 0x200 : 0)
  }

  static func kind(_ kind: SpanKind) -> Opentelemetry_Proto_Trace_V1_Span.SpanKind {
    switch kind {
    case .server: .server
    case .client: .client
    case .producer: .producer
    case .consumer: .consumer
    case .internal: .internal
    }
  }
}
