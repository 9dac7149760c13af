import OTLPMessages
import Telemetry
import Testing

@testable import TraceStore

struct TraceStorageTests {
  /// What one trace of one sample span takes.
  private static let traceSize = TraceStorage.size(ofNew: SampleSpans.trace(SampleSpans.span()))

  private static func storage(ofTraces count: Int) -> TraceStorage { TraceStorage(limit: count * traceSize) }

  @Test func `The newest traces stay, the oldest go whole`() {
    var storage = Self.storage(ofTraces: 10)
    for number in 1...25 as ClosedRange<UInt64> {
      storage.keep(SampleSpans.trace(SampleSpans.span(of: number)))
      #expect(storage.byteCount <= storage.limit)
    }
    #expect(storage.newestFirst == (16...25).reversed().map(SampleSpans.traceID))
    #expect(storage.count == 10)
    #expect((1...15).allSatisfy { storage[SampleSpans.traceID($0)] == nil })
  }

  @Test func `Spans that come later join their trace`() throws {
    var storage = Self.storage(ofTraces: 10)
    storage.keep(SampleSpans.trace(SampleSpans.span("child", id: 2, parent: 1, from: 5, to: 6)))
    storage.keep(SampleSpans.trace(SampleSpans.span("other", of: 2)))
    storage.keep(SampleSpans.trace(SampleSpans.span("root", id: 1, to: 9)))
    let trace = try #require(storage[SampleSpans.traceID(1)])
    let spans = try #require(TraceDocument(trace)).data.resourceSpans.flatMap { $0.scopeSpans.flatMap(\.spans) }
    #expect(spans.map(\.name) == ["child", "root"])
    #expect(trace.summary.rootName == "root")
    #expect(storage.newestFirst == [2, 1].map(SampleSpans.traceID), "the order is that of first arrival")
  }

  @Test func `A trace that grows pushes out others, never itself`() {
    var storage = Self.storage(ofTraces: 8)
    for number in 1...8 as ClosedRange<UInt64> { _ = storage.add(SampleSpans.trace(SampleSpans.span(of: number))) }
    for id in 2...4 as ClosedRange<UInt64> { storage.keep(SampleSpans.trace(SampleSpans.span(of: 1, id: id))) }
    #expect(storage.byteCount <= storage.limit)
    #expect(storage[SampleSpans.traceID(1)]?.pieces.count == 4)
    #expect(storage[SampleSpans.traceID(2)] == nil)
    #expect(Set(storage.newestFirst).count == storage.count)
  }

  @Test func `A trace that is too large is refused and what it had stays`() {
    var storage = Self.storage(ofTraces: 8)
    var id: UInt64 = 1
    while storage.add(SampleSpans.trace(SampleSpans.span(id: id))) { id += 1 }
    #expect(storage[SampleSpans.traceID(1)]?.pieces.count == Int(id) - 1)
    #expect(storage.byteCount <= storage.traceLimit)
    storage.keep(SampleSpans.trace(SampleSpans.span(of: 2)))
  }

  @Test func `A trace of too many messages is refused, though it is small`() {
    let one = SampleSpans.trace(SampleSpans.span())
    var storage = TraceStorage(limit: 1 << 20, messageLimit: 3 * one.messageCount)
    for id in 1...3 as ClosedRange<UInt64> { storage.keep(SampleSpans.trace(SampleSpans.span(id: id))) }
    let isKept = storage.add(SampleSpans.trace(SampleSpans.span(id: 4)))
    #expect(!isKept)
    #expect(storage[SampleSpans.traceID(1)]?.pieces.count == 3)
    storage.keep(SampleSpans.trace(SampleSpans.span(of: 2)))
  }

  @Test func `A trace that comes back after it went is a new one`() {
    var storage = Self.storage(ofTraces: 4)
    for number in [1, 2, 3, 4, 5, 1] as [UInt64] { _ = storage.add(SampleSpans.trace(SampleSpans.span(of: number))) }
    #expect(storage.newestFirst == [1, 5, 4, 3].map(SampleSpans.traceID))
    #expect(storage[SampleSpans.traceID(1)]?.pieces.count == 1)
  }

  @Test func `What went leaves nothing behind`() {
    var storage = Self.storage(ofTraces: 4)
    for number in 1...10_000 as ClosedRange<UInt64> { _ = storage.add(SampleSpans.trace(SampleSpans.span(of: number))) }
    #expect(storage.byteCount == 4 * Self.traceSize)
    #expect(storage.newestFirst == (9_997...10_000).reversed().map(SampleSpans.traceID))
  }
}
