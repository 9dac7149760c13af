import HTTPTypes
public import Tracing

/// The tracer as a backend of swift-distributed-tracing: libraries that use only its API make spans of ours.
extension OTelTracer: Tracing.Tracer {
  /// Starts a span at that moment.
  public func startSpan<Instant: TracerInstant>(
    _ operationName: String,
    context: @autoclosure () -> ServiceContext,
    ofKind kind: SpanKind,
    at instant: @autoclosure () -> Instant,
    function: String,
    file fileID: String,
    line: UInt
  ) -> OTelSpan {
    startSpan(operationName, in: context(), ofKind: kind, startingAtWall: instant().nanosecondsSinceEpoch)
  }

  /// The active span of that context, if it is one of this process.
  public func activeSpan(identifiedBy context: ServiceContext) -> OTelSpan? {
    guard let span = context.span, !span.spanContext.isRemote else { return nil }
    return span
  }

  /// Does nothing: flushing takes time, and `TracerProvider.forceFlush(within:)` is the way to wait for it.
  public func forceFlush() {}

  /// Puts what the carrier's headers say into `context`.
  public func extract<Carrier, Extract: Extractor>(
    _ carrier: Carrier,
    into context: inout ServiceContext,
    using extractor: Extract
  ) where Extract.Carrier == Carrier {
    provider.propagators.extract(into: &context) { name in
      extractor.extract(key: name.canonicalName, from: carrier).map { [$0] } ?? []
    }
  }

  /// Writes what `context` carries as the carrier's headers.
  public func inject<Carrier, Inject: Injector>(
    _ context: ServiceContext,
    into carrier: inout Carrier,
    using injector: Inject
  ) where Inject.Carrier == Carrier {
    provider.propagators.inject(context) { injector.inject($1, forKey: $0.canonicalName, into: &carrier) }
  }
}
