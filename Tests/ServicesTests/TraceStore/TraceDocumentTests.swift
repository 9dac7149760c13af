import FoundationEssentials
import OTLPMessages
import ServiceCore
import SwiftProtobuf
import Telemetry
import Testing

@testable import TraceStore

struct TraceDocumentTests {
  private static func document(_ pieces: SpansOfTrace...) throws -> TraceDocument {
    var storage = TraceStorage(limit: 1 << 20)
    for piece in pieces { storage.keep(piece) }
    let trace = try #require(storage[SampleSpans.traceID(1)])
    return try #require(TraceDocument(trace))
  }

  @Test func `A span that was sent twice is answered once`() throws {
    let twice = SampleSpans.trace(SampleSpans.span("a"), SampleSpans.span("b", id: 2, parent: 1))
    let document = try Self.document(twice, twice, SampleSpans.trace(SampleSpans.span("c", id: 3, parent: 1)))
    let groups = document.data.resourceSpans.map { $0.scopeSpans.flatMap(\.spans).map(\.name) }
    #expect(groups == [["a", "b"], ["c"]])
  }

  @Test func `The second version of the path wraps the trace in field 1, whatever its length`() throws {
    for size in [1, 100, 127, 128, 20_000] {
      let name = String(repeating: "x", count: size)
      let document = try Self.document(SampleSpans.trace(SampleSpans.span(name)))
      // OTLP's TracesData has its batches in field 1 too, so a response read as one has the trace where a batch would be.
      let wrapped = document.protobuf(.two)
      let trace = document.protobuf(.one)
      #expect(wrapped.first == 0x0A)
      #expect(Array(wrapped.suffix(trace.count)) == trace)
      let length = wrapped.dropFirst().dropLast(trace.count)
      let value = length.enumerated().reduce(0) { $0 | Int($1.element & 0x7F) << (7 * $1.offset) }
      #expect(value == trace.count)
    }
  }

  @Test func `JSON has hexadecimal ids and is what the form calls for`() throws {
    let document = try Self.document(SampleSpans.trace(SampleSpans.span("ü\"<\u{1}", parent: 0xAB)))
    let one = try JSONParser.parse(document.json(.one))
    let span = try #require(one["batches"]?.items?.first?["scopeSpans"]?.items?.first?["spans"]?.items?.first)
    #expect(span["traceId"]?.text == SampleSpans.traceID(1).description)
    #expect(span["spanId"]?.text == "0000000000000001")
    #expect(span["parentSpanId"]?.text == "00000000000000ab")
    #expect(span["name"]?.text == "ü\"<\u{1}")
    let two = try JSONParser.parse(document.json(.two))
    #expect(two["trace"]?["resourceSpans"]?.items?.count == 1)
  }
}
