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
}

extension SpanReference {
  /// The active span; nil outside of any.
  public static var current: SpanReference? { (OTelSpan.current?.spanContext).flatMap(SpanReference.init) }
}
