import FoundationEssentials
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
  package func encode(_ spans: [SpanData]) -> [UInt8]? {
    switch format {
    case .protobuf: protobuf(spans)
    case .json: format.encode(request(spans))
    }
  }

  /// The same bytes as `request` comes to, written without making its messages.
  private func protobuf(_ spans: [SpanData]) -> [UInt8] {
    var writer = ProtobufWriter(capacity: 256 + spans.count * Self.expectedSpanBytes)
    writer.message(1) {
      $0.message(1, encoded: encodedResource)
      for (scope, spans) in spans.grouped(by: \.scope) {
        $0.message(2) {
          $0.message(1) {
            $0.string(1, scope.name)
            $0.string(2, scope.version)
          }
          for index in spans.indices { $0.message(2) { $0.write(spans[index]) } }
          $0.string(3, scope.schemaURL)
        }
      }
    }
    return writer.bytes
  }

  /// A server span with a dozen attributes, so that the buffer seldom grows.
  private static let expectedSpanBytes = 512

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
  package func request(_ spans: [SpanData]) -> Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest {
    let scopes = spans.grouped(by: \.scope).map { scope, spans in
      Opentelemetry_Proto_Trace_V1_ScopeSpans.with {
        $0.scope.name = scope.name
        $0.scope.version = scope.version
        $0.schemaURL = scope.schemaURL
        $0.spans = spans.map(message)
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
      $0.flags = Self.flags(span)
      $0.name = span.name
      $0.kind = Self.kind(span)
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

  static func flags(_ span: SpanData) -> UInt32 {
    flags(span.context.traceFlags, isRemote: span.parent?.isRemote ?? false)
  }

  /// trace.proto, `SpanFlags`: the trace flags, bit 8 for "bit 9 is known", bit 9 for "is remote".
  static func flags(_ traceFlags: TraceFlags, isRemote: Bool) -> UInt32 {
    UInt32(traceFlags.rawValue) | 0x100 | (isRemote ? 0x200 : 0)
  }

  static func kind(_ span: SpanData) -> Opentelemetry_Proto_Trace_V1_Span.SpanKind {
    switch span.kind {
    case .server: .server
    case .client: .client
    case .producer: .producer
    case .consumer: .consumer
    case .internal: .internal
    }
  }
}
