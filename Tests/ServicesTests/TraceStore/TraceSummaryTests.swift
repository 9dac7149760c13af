import OTLPMessages
import SwiftProtobuf
import Testing

@testable import TraceStore

struct TraceSummaryTests {
  @Test func `The earliest span stands in for the root until that comes`() {
    var summary = TraceSummary()
    summary.add(SampleSpans.batch("dice-roller", [SampleSpans.span("later", id: 2, parent: 1, from: 5, to: 9)]))
    summary.add(SampleSpans.batch("die-service", [SampleSpans.span("earlier", id: 3, parent: 1, from: 4, to: 5)]))
    #expect((summary.rootServiceName, summary.rootName) == ("die-service", "earlier"))
    summary.add(SampleSpans.batch("frontend", [SampleSpans.span("root", from: 6, to: 20)]))
    #expect((summary.rootServiceName, summary.rootName) == ("frontend", "root"))
    summary.add(SampleSpans.batch("dice-roller", [SampleSpans.span("earliest", id: 4, parent: 1, from: 1, to: 2)]))
    #expect(summary.rootName == "root")
    #expect(summary.startTime == SampleSpans.epoch + 1_000_000)
    #expect(summary.nanoseconds == 19_000_000)
  }

  @Test func `Spans and failures are counted by service`() {
    var failed = SampleSpans.span(id: 2, parent: 1)
    failed.status.code = .error
    var summary = TraceSummary()
    summary.add(SampleSpans.batch("frontend", [SampleSpans.span(), failed]))
    summary.add(SampleSpans.batch("dice-roller", [SampleSpans.span(id: 3, parent: 1)]))
    #expect(summary.services["frontend"] == TraceSummary.Counts(spanCount: 2, errorCount: 1))
    #expect(summary.services["dice-roller"] == TraceSummary.Counts(spanCount: 1, errorCount: 0))
    #expect(summary.spanCount == 3)
  }

  @Test func `A span that comes again counts once`() {
    var summary = TraceSummary()
    for _ in 1...3 { summary.add(SampleSpans.batch("dice", [SampleSpans.span(), SampleSpans.span(id: 2, parent: 1)])) }
    #expect(summary.services["dice"] == TraceSummary.Counts(spanCount: 2, errorCount: 0))
  }

  @Test func `A span that ends before it starts has no length`() {
    var summary = TraceSummary()
    summary.add(SampleSpans.batch("dice", [SampleSpans.span(from: 9, to: 3)]))
    #expect(summary.nanoseconds == 0)
  }

  @Test func `Names from the wire do not grow the summary without bound`() {
    var summary = TraceSummary()
    let long = String(repeating: "x", count: 10_000)
    summary.add(SampleSpans.batch(long, [SampleSpans.span(long)]))
    for number in UInt64(1)...1000 {
      summary.add(SampleSpans.batch("service \(number)", [SampleSpans.span(id: 1 + number, parent: 1, to: 2)]))
    }
    #expect(summary.rootName.count == 256)
    #expect(summary.rootServiceName.count == 256)
    #expect(summary.services.count == TraceSummary.maximumServices)
  }
}
