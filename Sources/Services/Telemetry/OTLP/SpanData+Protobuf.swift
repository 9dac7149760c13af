import LoopHTTP
import OTLPMessages
import Tracing

/// `Span` of opentelemetry/proto/trace/v1/trace.proto, by its field numbers.
extension SpanData: ProtobufMessage {
  @inline(__always)
  var encodedSize: Int {
    var size = ProtobufSize.traceID + ProtobufSize.spanID + context.traceState.encodedSize
    if parent != nil { size += ProtobufSize.spanID }
    size += ProtobufSize.text(name) + ProtobufSize.integer(OTLPTraceEncoder.kind(kind).rawValue)
    size += 2 * ProtobufSize.fixed64
    size += ProtobufSize.messages(attributes.elements) + ProtobufSize.integer(attributes.droppedCount)
    size += ProtobufSize.messages(events) + ProtobufSize.integer(droppedEventCount)
    size += ProtobufSize.messages(links) + ProtobufSize.integer(droppedLinkCount)
    if status != .unset { size += ProtobufSize.delimited(status.encodedSize) }
    return size + 1 + ProtobufSize.fixed32
  }

  @inline(__always)
  func write(to output: inout OutputSpan<UInt8>) {
    output.id(1, context.traceID)
    output.id(2, context.spanID)
    context.traceState.write(to: &output)
    if let parent { output.id(4, parent.spanID) }
    output.text(5, name)
    output.integer(6, OTLPTraceEncoder.kind(kind).rawValue)
    output.fixed64(7, startTime)
    output.fixed64(8, endTime ?? startTime)
    output.messages(9, attributes.elements)
    output.integer(10, attributes.droppedCount)
    output.messages(11, events)
    output.integer(12, droppedEventCount)
    output.messages(13, links)
    output.integer(14, droppedLinkCount)
    if status != .unset { output.message(15, status) }
    output.fixed32(16, OTLPTraceEncoder.flags(context.traceFlags, isRemote: parent?.isRemote ?? false))
  }
}

/// `Span.Event`
extension SpanData.Event: ProtobufMessage {
  var encodedSize: Int {
    ProtobufSize.fixed64 + ProtobufSize.text(name) + ProtobufSize.messages(attributes.elements)
      + ProtobufSize.integer(attributes.droppedCount)
  }

  func write(to output: inout OutputSpan<UInt8>) {
    output.fixed64(1, time)
    output.text(2, name)
    output.messages(3, attributes.elements)
    output.integer(4, attributes.droppedCount)
  }
}

/// `Span.Link`
extension SpanData.Link: ProtobufMessage {
  var encodedSize: Int {
    ProtobufSize.traceID + ProtobufSize.spanID + context.traceState.encodedSize
      + ProtobufSize.messages(attributes.elements) + ProtobufSize.integer(attributes.droppedCount)
      + ProtobufSize.fixed32
  }

  func write(to output: inout OutputSpan<UInt8>) {
    output.id(1, context.traceID)
    output.id(2, context.spanID)
    context.traceState.write(to: &output)
    output.messages(4, attributes.elements)
    output.integer(5, attributes.droppedCount)
    output.fixed32(6, OTLPTraceEncoder.flags(context.traceFlags, isRemote: context.isRemote))
  }
}

/// `Status`
extension SpanData.Status: ProtobufMessage {
  var encodedSize: Int {
    ProtobufSize.text(message) + ProtobufSize.integer(code)
  }

  func write(to output: inout OutputSpan<UInt8>) {
    output.text(2, message)
    output.integer(3, code)
  }

  private var message: String {
    if case .error(let message?) = self { message } else { "" }
  }

  private var code: Int {
    switch self {
    case .unset: 0
    case .ok: 1
    case .error: 2
    }
  }
}

/// The field `trace_state`, which spans and links have at the same number. Nearly all are empty.
extension TraceState {
  fileprivate var encodedSize: Int {
    isEmpty ? 0 : ProtobufSize.text(headerValue)
  }

  fileprivate func write(to output: inout OutputSpan<UInt8>) {
    if !isEmpty { output.text(3, headerValue) }
  }
}

/// `InstrumentationScope` of common.proto.
extension InstrumentationScope: ProtobufMessage {
  var encodedSize: Int {
    ProtobufSize.text(name) + ProtobufSize.text(version)
  }

  func write(to output: inout OutputSpan<UInt8>) {
    output.text(1, name)
    output.text(2, version)
  }
}

/// `ScopeSpans`: the spans of one scope.
struct ScopeSpans: ProtobufMessage {
  let encodedSize: Int
  private let scope: InstrumentationScope
  private let spans: [OTelSpan]
  private let sizes: [Int]

  init(_ scope: InstrumentationScope, _ spans: [OTelSpan]) {
    self.scope = scope
    self.spans = spans
    sizes = spans.map { $0.withRecorded { $0.encodedSize } ?? 0 }
    encodedSize =
      ProtobufSize.delimited(scope.encodedSize) + sizes.reduce(0) { $0 + ProtobufSize.delimited($1) }
      + ProtobufSize.text(scope.schemaURL)
  }

  func write(to output: inout OutputSpan<UInt8>) {
    output.message(1, scope)
    for (span, size) in zip(spans, sizes) {
      output.delimited(2, size)
      span.withRecorded { $0.write(to: &output) }
    }
    output.text(3, scope.schemaURL)
  }
}
