import FoundationEssentials
import OTLPMessages
import SwiftProtobuf
import Telemetry
import Testing

@testable import TraceStore

struct SpansOfTraceTests {
  @Test func `An export falls apart by trace, each with its resources and scopes`() throws {
    let frontend = SampleSpans.batch(
      "frontend",
      [SampleSpans.span("a", of: 7), SampleSpans.span("b", of: 8, id: 2), SampleSpans.span("c", of: 7, id: 3)],
      scope: "http"
    )
    let roller = SampleSpans.batch("dice-roller", [SampleSpans.span("d", of: 7, id: 4)], scope: "rolls")
    let (traces, rejected) = SampleSpans.split(SampleSpans.request(frontend, roller), .protobuf)
    #expect(rejected == 0)
    #expect(traces.map(\.traceID) == [SampleSpans.traceID(7), SampleSpans.traceID(8)])
    #expect(traces.map(\.spanCount) == [3, 1])

    let seven = try #require(traces.first)
    #expect(seven.batches.map(\.resource.serviceName) == ["frontend", "dice-roller"])
    #expect(seven.batches.map { $0.scopeSpans.map(\.scope.name) } == [["http"], ["rolls"]])
    #expect(seven.batches.map { $0.scopeSpans.flatMap(\.spans).map(\.name) } == [["a", "c"], ["d"]])
    #expect(seven.batches.allSatisfy { $0.schemaURL == frontend.schemaURL })
    let decoded = try #require(OTLPFormat.protobuf.decode(TraceDocument.TracesData.self, from: seven.encoded))
    #expect(decoded.resourceSpans == seven.batches)
  }

  @Test func `A trace has one copy of a resource, however many scopes its spans are in`() throws {
    var batch = SampleSpans.batch("dice", [SampleSpans.span("a"), SampleSpans.span("b", id: 2)], scope: "http")
    batch.scopeSpans += SampleSpans.batch("dice", [SampleSpans.span("c", id: 3)], scope: "rolls").scopeSpans
    let trace = try #require(SampleSpans.split(SampleSpans.request(batch), .protobuf).traces.first)
    #expect(trace.batches == [batch])
  }

  @Test func `What the traces of an export take together is bounded, made or not`() {
    let batch = SampleSpans.batch("dice", (1...10).map { SampleSpans.span(of: $0) } + [SampleSpans.span(of: 10, id: 2)])
    let export = ExportByTrace(SampleSpans.request(batch), .protobuf)
    let size = TraceStorage.size(ofNew: SampleSpans.trace(SampleSpans.span()))
    var kept: [TraceID] = []
    let leftOut = export.forEach(upTo: 4 * size) { spans in
      kept.append(spans.traceID)
      return kept.count != 2
    }
    #expect(kept == (1...4).map(SampleSpans.traceID))
    #expect(leftOut == 8, "the second, which was not taken, and all from the fifth on")
  }

  @Test func `A trace that is not taken is told by its spans`() {
    let spans = (1...3).map { SampleSpans.span(of: 7, id: $0) }
    let export = ExportByTrace(SampleSpans.request(SampleSpans.batch("dice", spans)), .protobuf)
    #expect(export.forEach(upTo: .max) { _ in false } == 3)
  }

  @Test func `Spans without a usable id are left out and counted`() {
    let damage: [(inout SampleSpans.Span) -> Void] = [
      { $0.traceID = Data() }, { $0.traceID = Data(repeating: 0, count: 16) },
      { $0.traceID = Data(repeating: 1, count: 15) }, { $0.spanID = Data() },
      { $0.spanID = Data(repeating: 0, count: 8) }, { $0.spanID = Data(repeating: 1, count: 16) },
    ]
    let spans = damage.map { damage in
      var span = SampleSpans.span()
      damage(&span)
      return span
    }
    let request = SampleSpans.request(SampleSpans.batch("dice", spans + [SampleSpans.span("whole")]))
    let (traces, rejected) = SampleSpans.split(request, .protobuf)
    #expect(rejected == damage.count)
    #expect(traces.map(\.spanCount) == [1])
  }

  @Test func `Ids of JSON become the bytes that they spell, in either case`() throws {
    let text = """
      {"newerField":{"x":1},"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"a","newerField":1,
        "traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174","parentSpanId":"EEE19B7EC3C1B173",
        "links":[{"traceId":"5b8efff798038103d269b633813fc60d","spanId":"eee19b7ec3c1b175"},{"traceId":"","spanId":""}]
      }]}]}]}
      """
    let request = try #require(OTLPFormat.json.decode(SpansOfTrace.Request.self, from: Array(text.utf8)))
    let trace = try #require(SampleSpans.split(request, .json).traces.first)
    let span = try #require(trace.batches.first?.scopeSpans.first?.spans.first)
    #expect(trace.traceID.description == "5b8efff798038103d269b633813fc60c")
    #expect(Array(span.traceID) == trace.traceID.bytes)
    #expect(OTLPFormat.protobuf.spanID(in: span.spanID)?.description == "eee19b7ec3c1b174")
    #expect(OTLPFormat.protobuf.spanID(in: span.parentSpanID)?.description == "eee19b7ec3c1b173")
    #expect(span.links.count == 1, "a link to nowhere is left out")
    #expect(
      span.links.first.flatMap { OTLPFormat.protobuf.traceID(in: $0.traceID) }?.description.hasSuffix("d") == true
    )
  }
}
