import OTLPMessages
import SwiftProtobuf
import Telemetry
import Testing

@testable import TraceStore

/// What a query editor can offer.
struct TagScanTests {
  private static func document(_ spans: SampleSpans.Span...) throws -> (document: TraceDocument, summary: TraceSummary)
  {
    var storage = TraceStorage(limit: 1 << 24)
    let request = SampleSpans.request(SampleSpans.batch("dice", spans))
    for piece in SampleSpans.split(request, .protobuf).traces { storage.keep(piece) }
    let trace = try #require(storage[SampleSpans.traceID(1)])
    return (try #require(TraceDocument(trace)), trace.summary)
  }

  @Test func `Names are told by scope, and neither too many nor too long ones`() throws {
    let long = String(repeating: "x", count: TagNames.longest + 1)
    let span = SampleSpans.span(attributes: ["die.type": SampleSpans.text("fair"), "\(long)": SampleSpans.text("x")])
    var many = SampleSpans.span(id: 2, parent: 1)
    many.attributes = (0..<2 * TagNames.most).map { number in .with { $0.key = "key \(number)" } }
    var names = TagNames()
    names.add(try Self.document(span).document)
    #expect(names.resource == ["service.name"])
    #expect(names.span == ["die.type"])
    names.add(try Self.document(many).document)
    #expect(names.span.count == TagNames.most)
  }

  @Test func `Values have TraceQL's types, and those of arrays are told one by one`() throws {
    let span = SampleSpans.span(
      attributes: [
        "text": SampleSpans.text("fair"), "int": SampleSpans.number(-3), "float": SampleSpans.fraction(0.5),
        "bool": SampleSpans.bool(true), "list": SampleSpans.array([SampleSpans.number(1), SampleSpans.number(6)]),
        "long": SampleSpans.text(String(repeating: "x", count: TagValue.longest + 1)),
      ]
    )
    let (document, summary) = try Self.document(span)
    for (key, expected) in [
      ("text", ["string fair"]), ("int", ["int -3"]), ("float", ["float 0.5"]), ("bool", ["bool true"]),
      ("list", ["int 1", "int 6"]), ("long", []), ("none", []),
    ] {
      let values = try TraceSearch().tagValues(of: .span(key), in: document, summary)
      #expect(values.map { "\($0.type) \($0.text)" }.sorted() == expected, "\(key)")
    }
  }

  @Test func `No more values are told than anybody chooses from`() throws {
    var storage = TraceStorage(limit: 1 << 24)
    let spans = (1...UInt64(TagValue.most) + 10).map { id in
      SampleSpans.span(id: id, attributes: ["key": SampleSpans.number(Int64(id))])
    }
    let request = SampleSpans.request(SampleSpans.batch("dice", spans))
    for piece in SampleSpans.split(request, .protobuf).traces { storage.keep(piece) }
    let trace = try #require(storage[SampleSpans.traceID(1)])
    let document = try #require(TraceDocument(trace))
    #expect(try TraceSearch().tagValues(of: .span("key"), in: document, trace.summary).count == TagValue.most)
  }

  @Test func `Values are those of the spans that the query asks for`() throws {
    let spans = ["a", "b"].enumerated().map { index, name in
      SampleSpans.span(name, id: UInt64(index) + 1, attributes: ["key": SampleSpans.text("of \(name)")])
    }
    let (document, summary) = try Self.document(spans[0], spans[1])
    let search = try TraceSearch([("q", #"{name="b"}"#)])
    #expect(search.tagValues(of: .span("key"), in: document, summary).map(\.text) == ["of b"])
  }
}
