public import Tracing

extension ServiceContext {
  private enum SpanKey: ServiceContextKey {
    typealias Value = OTelSpan
    static var nameOverride: String? { "otel-span" }
  }

  private enum BaggageKey: ServiceContextKey {
    typealias Value = Baggage
    static var nameOverride: String? { "baggage" }
  }

  /// The active span: a local one, or one that stands for a remote parent.
  public var span: OTelSpan? {
    get { self[SpanKey.self] }
    set { self[SpanKey.self] = newValue }
  }

  /// The identity of the active span.
  public var spanContext: SpanContext? { span?.spanContext }

  /// What the request's sender handed along; nil for nothing.
  public var baggage: Baggage? {
    get { self[BaggageKey.self] }
    set { self[BaggageKey.self] = newValue }
  }

  /// Runs `body` with this context as the current one, where it is called from.
  ///
  /// What is captured is where a closure runs: one that goes to `TaskLocal.withValue` without its caller's actor leaves that, and
  /// whatever it calls is then enqueued anew each time that it has waited.
  func whileCurrent<Result>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> Result
  ) async rethrows -> Result {
    try await ServiceContext.$current.withValue(self) {
      _ = isolation
      return try await body()
    }
  }
}

extension SpanReference {
  /// The active span; nil outside of any.
  public static var current: SpanReference? { (OTelSpan.current?.spanContext).flatMap(SpanReference.init) }
}
