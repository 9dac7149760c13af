import Tracing

/// What all tracers of one service share: who it is, what it records and where that goes.
public final class TracerProvider: Sendable {
  /// How errors that spans record are told (`OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN`).
  public enum ExceptionSignal: Sendable, Hashable {
    /// As an event of the span.
    case event
    /// As a log record.
    case log
    /// As both.
    case both

    var includesEvent: Bool { self != .log }
    var includesLog: Bool { self != .event }
  }

  /// The headers it reads and writes.
  public let propagators: Propagators

  let sampler: Sampler
  let limits: SpanLimits
  let exceptionSignal: ExceptionSignal
  let idGenerator: IDGenerator
  let clock: SpanClock
  let processor: any SpanProcessor
  let isDisabled: Bool
  private let logger: OTelLogger

  /// A provider of the given parts. A disabled one makes no spans but passes on the headers it gets
  /// (`OTEL_SDK_DISABLED`).
  public init(
    processor: any SpanProcessor,
    idGenerator: IDGenerator,
    logger: OTelLogger,
    sampler: Sampler = .parentBased(root: .alwaysOn),
    limits: SpanLimits = SpanLimits(),
    propagators: Propagators = Propagators(),
    exceptionSignal: ExceptionSignal = .event,
    clock: SpanClock = .process,
    isDisabled: Bool = false
  ) {
    self.processor = processor
    self.idGenerator = idGenerator
    self.logger = logger
    self.sampler = sampler
    self.limits = limits
    self.propagators = propagators
    self.exceptionSignal = exceptionSignal
    self.clock = clock
    self.isDisabled = isDisabled
  }

  /// A tracer for the library of that name.
  public func tracer(_ scope: InstrumentationScope) -> OTelTracer {
    OTelTracer(scope: scope, provider: self)
  }

  /// Exports everything that ended so far; false when that failed or took longer than `limit`.
  public func forceFlush(within limit: Duration) async -> Bool {
    await processor.forceFlush(within: limit)
  }

  /// Exports what is left and ends; later spans are ignored. False when that failed or took longer than `limit`.
  public func shutdown(within limit: Duration) async -> Bool {
    await processor.shutdown(within: limit)
  }

  func logException(_ attributes: [Attribute], in span: OTelSpan) {
    // The newest value of each name, as in an event.
    let attributes = AttributeList(attributes, limits: AttributeLimits())
    logger.error("exception", attributes.elements, in: span)
  }
}
