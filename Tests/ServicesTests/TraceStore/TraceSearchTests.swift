import Telemetry
import Testing

@testable import TraceStore

struct TraceSearchTests {
  private static func storedTrace(milliseconds: UInt64) -> TraceSummary {
    var summary = TraceSummary()
    summary.add(SampleSpans.batch("dice", [SampleSpans.span(to: milliseconds)]))
    return summary
  }

  @Test func `Without parameters it asks for the newest 20, unfiltered`() throws {
    let search = try TraceSearch()
    #expect(search.filters.isEmpty)
    #expect(search.limit == 20)
    #expect(search.spansPerSet == 3)
    #expect(try TraceSearch([("q", "{}"), ("q", ""), ("tags", " "), ("unknown", "x")]) == search)
  }

  @Test func `The length of a trace is bounded on both sides, the bounds included`() throws {
    let search = try TraceSearch([("minDuration", "100ms"), ("maxDuration", "1.5s")])
    let admitted = [99, 100, 1500, 1501].map { search.admits(Self.storedTrace(milliseconds: $0)) }
    #expect(admitted == [false, true, true, false])
  }

  @Test func `A trace that overlaps the asked range of time is in it`() throws {
    let second = SampleSpans.epoch / 1_000_000_000
    let trace = Self.storedTrace(milliseconds: 2000)
    for (start, end, expected) in [
      (second + 1, second + 9, true), (second - 9, second + 1, true), (second + 3, second + 9, false),
      (second - 9, second - 1, false),
    ] {
      #expect(try TraceSearch([("start", "\(start)"), ("end", "\(end)")]).admits(trace) == expected)
    }
  }

  @Test func `Tags are parts of attributes, case aside`() throws {
    let search = try TraceSearch([("tags", #"service.name=ROLL name="GET /" error=true"#)])
    #expect(
      search.filters == [
        .condition(.init(field: .anyScope("service.name"), comparison: .contains, value: .text("ROLL"))),
        .condition(.init(field: .name, comparison: .contains, value: .text("GET /"))),
        .condition(.init(field: .status, comparison: .equal, value: .text("error"))),
      ]
    )
  }

  @Test func `What is asked for and selected is shown once`() throws {
    let search = try TraceSearch([("q", "{ .a = 1 && .b = 2 && .a > 0 } | select(.b, .c)")])
    #expect(search.shown == [.anyScope("a"), .anyScope("b"), .anyScope("c")])
  }

  @Test func `More traces than allowed are not given`() throws {
    #expect(try TraceSearch([("limit", "60000")]).limit == TraceSearch.maximumLimit)
  }

  @Test(arguments: [
    ("limit", "many"), ("limit", "0"), ("limit", "-1"), ("limit", "99999999999999999999"), ("spss", "x"),
    ("minDuration", "fast"), ("maxDuration", "5"), ("start", "now"), ("end", "1d"), ("start", "nan"),
    ("tags", "service.name"), ("tags", "=x"), ("tags", #"a="b"#), ("q", "{"),
  ])
  func `A parameter that cannot be read is named`(name: String, value: String) {
    let fault = #expect(throws: TraceQueryParser.Fault.self) { try TraceSearch([(name, value)]) }
    #expect(fault?.message.contains(name == "q" ? "query" : name) == true)
    // The value, or of tags the key of what is wrong.
    let word = ["service.name": "service.name", "=x": "''", #"a="b"#: "'a'", "{": "field"][value] ?? value
    #expect(fault?.message.contains(word) == true, "\(fault?.message ?? "")")
  }

  @Test func `Each filter may be met by another span, and the spans that meet all are given`() throws {
    var storage = TraceStorage(limit: 1 << 20)
    let spans = (1...5).map { SampleSpans.span("roll \($0)", id: $0, parent: $0 == 1 ? nil : 1, to: 10 * $0) }
    let batch = SampleSpans.batch("dice", spans)
    for piece in SampleSpans.split(SampleSpans.request(batch), .protobuf).traces { storage.keep(piece) }
    let trace = try #require(storage[SampleSpans.traceID(1)])
    let document = try #require(TraceDocument(trace))

    let search = try TraceSearch([("q", "{duration>=20ms}")])
    let long = try #require(search.spanSet(in: document, trace.summary))
    #expect(long.matched == 4)
    #expect(long.spans.map(\.name) == ["roll 2", "roll 3", "roll 4"])
    #expect(long.spans.first?.durationNanos == "20000000")

    #expect(long.spans.first?.attributes == nil)

    let two = [("q", #"{name="roll 1"}"#), ("q", #"{name="roll 2"}"#)]
    #expect(try TraceSearch(two).spanSet(in: document, trace.summary)?.matched == 0)
    #expect(try TraceSearch(two + [("q", #"{name="roll 9"}"#)]).spanSet(in: document, trace.summary) == nil)
  }
}
