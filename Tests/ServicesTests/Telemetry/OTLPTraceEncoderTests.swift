import FoundationEssentials
import OTLPMessages
import SwiftProtobuf
import Testing
import Tracing

@testable import Telemetry

struct OTLPTraceEncoderTests {
  private typealias Request = Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest

  private static func span(scope: String) throws -> OTelSpan {
    span(of: try data(scope: scope))
  }

  private static func span(of data: SpanData) -> OTelSpan {
    let provider = TracerProvider(
      processor: CollectingProcessor(),
      idGenerator: IDGenerator(),
      logger: .discarding
    )
    return OTelSpan(recording: data, tracer: provider.tracer(data.scope), enclosing: .topLevel, anchor: 0)
  }

  private static func data(scope: String) throws -> SpanData {
    let state = try #require(TraceState(headerValues: ["a=1,b=2"]))
    let traceID = TraceID(high: 0x0102_0304_0506_0708, low: 0x090a_0b0c_0d0e_0f10)
    let parent = SpanContext(traceID: traceID, spanID: SpanID(rawValue: 0xff), traceFlags: .sampled, isRemote: true)
    let limits = AttributeLimits(count: 5)
    var data = SpanData(
      name: "GET /roll",
      context: SpanContext(
        traceID: traceID,
        spanID: SpanID(rawValue: 0xabc),
        traceFlags: [.sampled, .random],
        traceState: state
      ),
      parent: parent,
      kind: .server,
      scope: InstrumentationScope(name: scope, version: "1"),
      startTime: 1_700_000_000_000_000_001,
      attributes: AttributeList(
        uniqueKeys: [
          Attribute("s", "ü"), Attribute("i", -5), Attribute("d", 0.5), Attribute("b", true),
          Attribute("faces", .intArray([1, 2])), Attribute("dropped", 1),
        ],
        limits: limits
      )
    )
    data.endTime = data.startTime + 5
    data.status = .error("why")
    data.events = [SpanData.Event(name: "exception", time: data.startTime + 1, attributes: AttributeList())]
    data.links = [SpanData.Link(context: parent, attributes: AttributeList())]
    data.droppedEventCount = 2
    return data
  }

  @Test(arguments: [OTLPFormat.protobuf, .json])
  func `Both encodings carry the same span`(format: OTLPFormat) throws {
    let encoder = OTLPTraceEncoder(resource: .example, format: format)
    let bytes = try #require(encoder.encode([try Self.span(scope: "x")]))
    let decoded = try #require(format.decode(Request.self, from: bytes))
    let span = try #require(decoded.resourceSpans.first?.scopeSpans.first?.spans.first)
    #expect(format.traceID(in: span.traceID)?.description == "0102030405060708090a0b0c0d0e0f10")
    #expect(format.spanID(in: span.spanID)?.description == "0000000000000abc")
    #expect(format.spanID(in: span.parentSpanID)?.description == "00000000000000ff")
    #expect(span.traceState == "a=1,b=2")
    #expect(span.flags == 0x303)
    #expect(span.kind == .server)
    #expect(span.startTimeUnixNano == 1_700_000_000_000_000_001)
    #expect(span.endTimeUnixNano == 1_700_000_000_000_000_006)
    #expect(span.status.code == .error)
    #expect(span.status.message == "why")
    #expect(span.attributes.map(\.key) == ["s", "i", "d", "b", "faces"])
    #expect(span.attributes.last?.value.arrayValue.values.map(\.intValue) == [1, 2])
    #expect(span.droppedAttributesCount == 1)
    #expect(span.events.map(\.name) == ["exception"])
    #expect(span.droppedEventsCount == 2)
    #expect(span.links.first?.flags == 0x301)
  }

  @Test func `JSON has hexadecimal ids, enums as numbers and 64-bit integers as texts`() throws {
    let encoder = OTLPTraceEncoder(resource: .example, format: .json)
    let bytes = try #require(encoder.encode([try Self.span(scope: "x")]))
    let text = String(decoding: bytes, as: UTF8.self)
    for expected in [
      #""traceId":"0102030405060708090a0b0c0d0e0f10""#, #""spanId":"0000000000000abc""#, #""kind":2"#,
      #""parentSpanId":"00000000000000ff""#, #""startTimeUnixNano":"1700000000000000001""#, #""intValue":"-5""#,
      #""code":2"#, #""droppedAttributesCount":1"#,
    ] {
      #expect(text.contains(expected), "\(expected)")
    }
  }

  @Test func `The protobuf that is written directly is what the messages say`() throws {
    let encoder = OTLPTraceEncoder(resource: .example, format: .protobuf)
    var plain = try Self.data(scope: "y")
    plain.status = .ok
    plain.links = []
    var full = try Self.data(scope: "x")
    let values: [AttributeValue] = [
      .string(""), .int(0), .int(.min), .double(-0.0), .bool(false), .stringArray(["a", ""]), .intArray([]),
      .doubleArray([1, .infinity]), .boolArray([true, false]), .string(String(repeating: "long", count: 5000)),
    ]
    for (index, value) in values.enumerated() {
      full.attributes.set(Attribute(AttributeKey("key\(index)"), value), limits: AttributeLimits())
    }
    full.attributes.set(Attribute("", "without a name"), limits: AttributeLimits())
    // Around the length from which on a length takes two bytes.
    for length in 110..<130 {
      let text = String(repeating: "x", count: length)
      full.attributes.set(Attribute(AttributeKey("length \(length)"), text), limits: AttributeLimits())
      full.attributes.set(Attribute(AttributeKey(text), length), limits: AttributeLimits())
    }
    // Around the numbers from which on one takes another byte.
    for bits in stride(from: 7, to: 63, by: 7) {
      for number in [(1 << bits) - 1, 1 << bits, -(1 << bits)] {
        full.attributes.set(Attribute(AttributeKey("number \(number)"), number), limits: AttributeLimits())
      }
    }
    full.status = .error(nil)
    full.events = [SpanData.Event(name: "e", time: 1, attributes: full.attributes)]
    full.links = [SpanData.Link(context: full.context, attributes: full.attributes)]
    full.droppedLinkCount = 300
    let spans = [full, plain, full].map(Self.span)
    let bytes = try #require(encoder.encode(spans))
    #expect(try Request(serializedBytes: bytes) == encoder.request(spans))
  }

  @Test func `Spans are grouped by scope, in the order they come`() throws {
    let encoder = OTLPTraceEncoder(resource: .example, format: .protobuf)
    let request = encoder.request(try ["x", "y", "x"].map(Self.span))
    #expect(request.resourceSpans.count == 1)
    #expect(request.resourceSpans[0].scopeSpans.map(\.scope.name) == ["x", "y"])
    #expect(request.resourceSpans[0].scopeSpans.map(\.spans.count) == [2, 1])
    #expect(request.resourceSpans[0].resource.attributes.contains { $0.key == "service.name" })
  }
}
