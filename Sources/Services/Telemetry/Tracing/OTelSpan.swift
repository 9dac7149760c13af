import Synchronization
public import Tracing

/// One operation of a trace. A span that is not recording carries its identity along and ignores everything else.
///
/// It may be used from any thread; of one request everything happens on one loop, so the lock is never contended.
public final class OTelSpan: Tracing.Span {
  /// What identifies the span wherever it travels.
  public let spanContext: SpanContext

  /// Whether none is recorded that is started in this one, whatever the sampler says.
  let suppressesChildren: Bool

  private let tracer: OTelTracer?
  /// What the span was started in, where another span may be the active one.
  let enclosing: ServiceContext
  private let anchor: SpanClock.Anchor
  private let data: Mutex<SpanData?>

  /// A span that records until `end()`.
  init(recording data: consuming SpanData, tracer: OTelTracer, enclosing: ServiceContext, anchor: SpanClock.Anchor) {
    spanContext = data.context
    suppressesChildren = false
    self.tracer = tracer
    self.enclosing = enclosing
    self.anchor = anchor
    self.data = Mutex(consume data)
  }

  /// A span that only stands for its identity: a remote parent, or one that the sampler leaves out.
  public convenience init(nonRecording spanContext: SpanContext, enclosing: ServiceContext = .topLevel) {
    self.init(nonRecording: spanContext, enclosing: enclosing, suppressesChildren: false)
  }

  /// The same, which may also keep its children from being recorded.
  init(nonRecording spanContext: SpanContext, enclosing: ServiceContext, suppressesChildren: Bool) {
    self.spanContext = spanContext
    self.suppressesChildren = suppressesChildren
    tracer = nil
    self.enclosing = enclosing
    anchor = 0
    data = Mutex(nil)
  }

  /// The span of the present task.
  public static var current: OTelSpan? { ServiceContext.current?.span }

  /// The service context to run the span's work in: the one it was started in, with this span as the active one.
  public var context: ServiceContext {
    var context = enclosing
    context.span = self
    return context
  }

  /// What the request's sender handed along; nil for nothing.
  var baggage: Baggage? { enclosing.baggage }

  /// Whether anything set on the span is kept: false after `end()`, and always for a span that is not sampled.
  public var isRecording: Bool {
    tracer != nil && data.withLock { $0?.endTime == nil }
  }

  /// The library that made the span; without a name for a span that never recorded.
  var scope: InstrumentationScope { tracer?.scope ?? .unknown }

  /// What was recorded so far; nil for a span that never recorded.
  public var recorded: SpanData? { data.withLock { $0 } }

  /// What was recorded, looked at where it is; nil for a span that never recorded. `look` must not use the span.
  func withRecorded<Result: Sendable>(_ look: (inout SpanData) -> Result) -> Result? {
    // Inout, though nothing is changed: a few hundred bytes with a dozen references would be copied for the call.
    data.withLock { $0?.access(look) }
  }

  /// The anchor of this span's time line, for its children; nil where it has none.
  var localAnchor: SpanClock.Anchor? { tracer == nil ? nil : anchor }

  /// Sets one attribute.
  public func setAttribute(_ key: AttributeKey, _ value: AttributeValue) {
    record { data, tracer in data.attributes.set(Attribute(key, value), limits: tracer.provider.limits.attributes) }
  }

  /// Sets attributes in one step.
  public func setAttributes(_ attributes: [Attribute]) {
    record { data, tracer in
      for attribute in attributes { data.attributes.set(attribute, limits: tracer.provider.limits.attributes) }
    }
  }

  /// Says how the work ended. `ok` is final; a description stays only with an error (OpenTelemetry API, "Set Status").
  public func setStatus(_ status: SpanData.Status) {
    record { data, _ in data.setStatus(status) }
  }

  /// Notes that something happened now.
  public func addEvent(_ name: String, attributes: [Attribute] = []) {
    addEvent(name, attributes: attributes, at: now)
  }

  /// Notes an error as an event `exception`, or as a log record, or both, as `OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN` asks.
  /// The status is left as it is.
  public func recordException(_ error: any Error, attributes: [Attribute] = []) {
    recordException(error, attributes: attributes, at: now)
  }

  /// Records an error that ends the span's work, and makes the status ERROR; the caller's own cancellation is no error.
  public func fail(_ error: any Error) {
    if error is CancellationError { return }
    recordException(error)
    setStatus(SpanData.Status.error(String(describing: error)))
  }

  /// Relates the span to another.
  public func addLink(_ context: SpanContext, attributes: [Attribute] = []) {
    record { data, tracer in
      let limits = tracer.provider.limits
      guard data.links.count < limits.linkCount else {
        data.droppedLinkCount += 1
        return
      }
      data.links.append(
        SpanData.Link(context: context, attributes: AttributeList(attributes, limits: limits.linkAttributes))
      )
    }
  }

  /// Ends the span now and hands it to the exporter. Ending twice does nothing.
  public func end() {
    end(at: now)
  }

  /// The present moment on the span's time line; 0 for a span that never recorded.
  private var now: UInt64 {
    tracer.map { $0.provider.clock.now(anchor) } ?? 0
  }

  /// A wall-clock moment on the span's time line; 0 for a span that never recorded.
  func time(ofWall nanoseconds: UInt64) -> UInt64 {
    tracer.map { $0.provider.clock.time(ofWall: nanoseconds, on: anchor) } ?? 0
  }

  /// Ends the span now, with what is known of it only then, and hands it to the exporter.
  ///
  /// - Returns: Nanoseconds from the start; nil for a span that had ended or never recorded.
  func end(_ change: (inout SpanData, OTelTracer) -> Void) -> UInt64? {
    guard let tracer else { return nil }
    let duration = data.withLock { $0?.end(at: now) { change(&$0, tracer) } }
    if duration != nil { tracer.provider.processor.onEnd(self) }
    return duration
  }

  /// Ends the span at a moment of its own time line.
  func end(at time: UInt64) {
    guard let tracer else { return }
    let duration = data.withLock { $0?.end(at: time) { _ in } }
    if duration != nil { tracer.provider.processor.onEnd(self) }
  }

  /// Notes an event at a moment of the span's own time line.
  func addEvent(_ name: String, attributes: [Attribute], at time: UInt64) {
    record { data, tracer in
      let limits = tracer.provider.limits
      guard data.events.count < limits.eventCount else {
        data.droppedEventCount += 1
        return
      }
      let attributes = AttributeList(attributes, limits: limits.eventAttributes)
      data.events.append(SpanData.Event(name: name, time: time, attributes: attributes))
    }
  }

  /// Notes an error at a moment of the span's own time line.
  func recordException(_ error: any Error, attributes: [Attribute], at time: UInt64) {
    guard let signal = tracer?.provider.exceptionSignal else { return }
    let attributes =
      [
        Attribute(.exceptionType, String(reflecting: type(of: error))),
        Attribute(.exceptionMessage, String(describing: error)),
      ] + attributes
    if signal.includesEvent { addEvent("exception", attributes: attributes, at: time) }
    if signal.includesLog { tracer?.provider.logException(attributes, in: self) }
  }

  /// Changes what is recorded, unless the span has ended or never recorded.
  func record(_ change: (inout SpanData, OTelTracer) -> Void) {
    guard let tracer else { return }
    // In place: what a span records is a few hundred bytes to move.
    data.withLock { $0?.changeUnlessEnded { change(&$0, tracer) } }
  }
}
