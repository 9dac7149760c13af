import Foundation
import Logging
import Synchronization
import Testing
import Tracing

@testable import Telemetry

struct OTelSpanTests {
  private let ended = CollectingProcessor()

  private func tracer(
    sampler: Sampler = .alwaysOn,
    limits: SpanLimits = SpanLimits(),
    clock: SpanClock = SpanClock(),
    isDisabled: Bool = false,
    logger: OTelLogger = .discarding,
    exceptionSignal: TracerProvider.ExceptionSignal = .event
  ) -> OTelTracer {
    TracerProvider(
      processor: ended,
      idGenerator: IDGenerator(),
      logger: logger,
      sampler: sampler,
      limits: limits,
      exceptionSignal: exceptionSignal,
      clock: clock,
      isDisabled: isDisabled
    ).tracer(InstrumentationScope(name: "test"))
  }

  private func remoteContext(_ flags: TraceFlags, _ traceState: TraceState = TraceState()) -> ServiceContext {
    var context = ServiceContext.topLevel
    context.span = OTelSpan(
      nonRecording: SpanContext(
        traceID: TraceID(high: 1, low: 2),
        spanID: SpanID(rawValue: 3),
        traceFlags: flags,
        traceState: traceState,
        isRemote: true
      )
    )
    return context
  }

  @Test func `A root has random ids, no parent, and both flags`() throws {
    let span = tracer().startSpan("root")
    span.end()
    let data = try #require(ended.spans.first)
    #expect(data.parent == nil)
    #expect(data.context.isValid)
    #expect(data.context.traceFlags == [.sampled, .random])
  }

  @Test func `A child of a span at hand is what a child in its context is`() throws {
    let parent = tracer().startSpan("parent", in: remoteContext([.sampled]))
    let child = tracer().startSpan("child", childOf: parent)
    #expect(child.recorded?.parent == parent.spanContext)
    #expect(child.spanContext.traceID == parent.spanContext.traceID)
    #expect(child.recorded?.kind == .internal)
    #expect(child.context.span === child)
  }

  @Test func `A child continues its parent's trace, keeps its state, and the random flag as it came`() throws {
    let state = try #require(TraceState(headerValues: ["vendor=1"]))
    let child = tracer().startSpan("child", in: remoteContext([.sampled], state))
    #expect(child.spanContext.traceState == state)
    #expect(child.spanContext.traceID == TraceID(high: 1, low: 2))
    #expect(child.spanContext.spanID != SpanID(rawValue: 3))
    #expect(child.spanContext.traceFlags == .sampled)
    #expect(child.recorded?.parent?.isRemote == true)
  }

  @Test func `An unsampled span records nothing but still travels with flag 00`() {
    let span = tracer(sampler: .parentBased(root: .alwaysOn)).startSpan("x", in: remoteContext([]))
    span.setAttribute("a", .int(1))
    span.end()
    #expect(!span.isRecording)
    #expect(span.recorded == nil)
    #expect(ended.spans.isEmpty)
    #expect(span.spanContext.traceParent.headerValue.hasSuffix("-00"))
  }

  @Test func `A disabled tracer hands its parent's identity on and makes none of its own`() {
    let tracer = tracer(isDisabled: true)
    #expect(tracer.startSpan("x", in: remoteContext([.sampled])).spanContext == remoteContext([.sampled]).spanContext)
    #expect(!tracer.startSpan("root").spanContext.isValid)
    #expect(ended.spans.isEmpty)
  }

  @Test func `Limits drop what is new and count it`() throws {
    var limits = SpanLimits()
    limits.attributes = AttributeLimits(count: 2, valueLength: 3)
    limits.eventCount = 1
    limits.linkCount = 1
    limits.eventAttributes.count = 1
    let span = tracer(limits: limits).startSpan("x", attributes: [Attribute("a", "äöüß")])
    span.setAttributes([Attribute("b", 1), Attribute("c", 2), Attribute("a", "12345")])
    for name in ["first", "second"] {
      span.addEvent(name, attributes: [Attribute("x", 1), Attribute("y", 2)])
      span.addLink(span.spanContext)
    }
    span.end()
    let data = try #require(ended.spans.first)
    #expect(data.attributes.elements == [Attribute("a", "123"), Attribute("b", 1)])
    #expect(data.attributes.droppedCount == 1)
    #expect(data.events.map(\.name) == ["first"])
    #expect(data.events[0].attributes.droppedCount == 1)
    #expect(data.droppedEventCount == 1)
    #expect(data.links.count == 1)
    #expect(data.droppedLinkCount == 1)
  }

  @Test func `Links beyond the limit are counted from the start, too`() {
    var limits = SpanLimits()
    limits.linkCount = 1
    let linked = SpanContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(rawValue: 3))
    let link = SpanData.Link(context: linked, attributes: AttributeList())
    let span = tracer(limits: limits).startSpan("x", links: [link, link, link])
    #expect(span.recorded?.links.count == 1)
    #expect(span.recorded?.droppedLinkCount == 2)
  }

  /// OpenTelemetry common, "Attribute Limits": a character is a code point.
  @Test func `A text is cut between code points`() {
    var limits = SpanLimits()
    limits.attributes.valueLength = 1
    let span = tracer(limits: limits).startSpan("x", attributes: [Attribute("a", "e\u{301}")])
    span.setAttribute("b", .stringArray(["e\u{301}", "f"]))
    #expect(span.recorded?.attributes.elements == [Attribute("a", "e"), Attribute("b", .stringArray(["e", "f"]))])
  }

  /// OpenTelemetry API, "Set Status".
  @Test func `OK is final, an error gives way to it, and unset to anything`() {
    let span = tracer().startSpan("x")
    for (status, kept) in [
      (SpanData.Status.error("first"), SpanData.Status.error("first")), (.error("second"), .error("second")),
      (.unset, .error("second")), (.ok, .ok), (.error("late"), .ok), (.unset, .ok),
    ] {
      span.setStatus(status)
      #expect(span.recorded?.status == kept)
    }
  }

  @Test func `A span never ends before it began`() {
    let span = tracer().startSpan("x")
    span.end(at: 1)
    #expect(span.recorded?.endTime == span.recorded?.startTime)
  }

  @Test func `The end takes a last change and tells the duration, once`() {
    let span = tracer().startSpan("x")
    let duration = span.end { data, _ in data.name = "y" }
    #expect(duration == span.recorded.flatMap { data in data.endTime.map { $0 - data.startTime } })
    #expect(span.end { data, _ in data.name = "z" } == nil)
    #expect(span.recorded?.name == "y")
  }

  @Test func `Nothing changes after the end, and a span ends once`() throws {
    let span = tracer().startSpan("x")
    span.end()
    span.setAttribute("late", .bool(true))
    span.setStatus(SpanData.Status.error("late"))
    span.end()
    #expect(ended.spans.count == 1)
    let data = try #require(ended.spans.first)
    #expect(data.attributes.elements.isEmpty)
    #expect(data.status == .unset)
  }

  @Test func `An error thrown inside is an event and an ERROR, a cancellation is neither`() {
    struct Broken: Error {}
    #expect(throws: Broken.self) { try tracer().withSpan("failed") { _ in throw Broken() } }
    #expect(throws: CancellationError.self) {
      try tracer().withSpan("cancelled") { _ in throw CancellationError() }
    }
    let (failed, cancelled) = (ended.spans[0], ended.spans[1])
    #expect(failed.status == .error("Broken()"))
    #expect(failed.events.map(\.name) == ["exception"])
    #expect(failed.events.first?.attributes["exception.message"] == .string("Broken()"))
    #expect(cancelled.status == .unset)
    #expect(cancelled.events.isEmpty)
  }

  @Test func `An exception that is told as a log record has the values of its attributes`() throws {
    struct Broken: Error, CustomStringConvertible { var description: String { "die 3 is broken" } }
    let log = MemoryLogSink()
    let tracer = tracer(
      logger: LogStyle.json.logger(service: "test", level: .info, sink: log),
      exceptionSignal: .log
    )
    tracer.startSpan("roll").recordException(
      Broken(),
      attributes: [Attribute("die.faces", .intArray([1, 2])), Attribute("die.number", 3)]
    )
    let fields = try #require(JSONSerialization.jsonObject(with: Data(log.text.utf8)) as? [String: Any])
    #expect(fields["exception.message"] as? String == "die 3 is broken")
    #expect(fields["exception.type"] as? String == String(reflecting: Broken.self))
    #expect(fields["die.number"] as? Int == 3)
    #expect(fields["die.faces"] as? [Int] == [1, 2])
  }

  @Test func `Inside a span it is the current one, and children find it`() {
    let tracer = tracer()
    tracer.withSpan("outer") { outer in
      #expect(OTelSpan.current === outer)
      tracer.withSpan("inner") { inner in
        #expect(inner.recorded?.parent?.spanID == outer.spanContext.spanID)
      }
    }
    #expect(OTelSpan.current == nil)
    #expect(ended.spans.map(\.name) == ["inner", "outer"])
  }

  @Test func `No child leaves its parent when the wall clock steps`() throws {
    let time = ManualTime(wall: 10_000_000_000, monotonic: 5)
    let clock = SpanClock(monotonic: { time.monotonic }, wall: { time.wall })
    let tracer = tracer(clock: clock)
    let parent = tracer.startSpan("parent")
    time.set(wall: 1_000_000_000, monotonic: 105)
    clock.follow()
    let child = tracer.startSpan("child", in: parent.context)
    child.end()
    parent.end()
    let (inner, outer) = (try #require(ended.spans.first), try #require(ended.spans.last))
    #expect(inner.startTime == 10_000_000_100)
    #expect(inner.endTime == 10_000_000_100)
    #expect(outer.startTime == 10_000_000_000)
    #expect(outer.endTime == 10_000_000_100)
    #expect(tracer.startSpan("next").recorded?.startTime == 1_000_000_000)
  }

  @Test(arguments: [Sampler.alwaysOn, .parentBased(root: .alwaysOn)], [TraceFlags.sampled, []])
  func `In a suppressed span nothing is recorded, whatever the sampler says`(sampler: Sampler, flags: TraceFlags) {
    let tracer = tracer(sampler: sampler)
    let suppressed = tracer.suppressedSpan(in: remoteContext(flags))
    let child = tracer.startSpan("child", in: suppressed.context)
    let grandchild = tracer.startSpan("grandchild", in: child.context, ofKind: .client)
    for span in [grandchild, child, suppressed] {
      #expect(!span.isRecording)
      #expect(!span.spanContext.isSampled)
      #expect(span.spanContext.traceID == TraceID(high: 1, low: 2))
      span.end()
    }
    #expect(ended.spans.isEmpty)
    #expect(suppressed.spanContext.spanID != SpanID(rawValue: 3), "it has an id of its own")
  }
}

/// Clocks that a test moves.
private final class ManualTime: Sendable {
  private let state: Mutex<(wall: UInt64, monotonic: UInt64)>

  init(wall: UInt64, monotonic: UInt64) {
    state = Mutex((wall, monotonic))
  }

  var wall: UInt64 { state.withLock { $0.wall } }
  var monotonic: UInt64 { state.withLock { $0.monotonic } }

  func set(wall: UInt64, monotonic: UInt64) {
    state.withLock { $0 = (wall, monotonic) }
  }
}
