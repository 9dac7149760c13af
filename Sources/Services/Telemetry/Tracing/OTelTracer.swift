public import Tracing

/// Starts spans for one library (OpenTelemetry API, "Tracer"); a backend of swift-distributed-tracing, too.
public final class OTelTracer: Sendable {
  /// The library.
  public let scope: InstrumentationScope
  /// What it shares with the service's other tracers.
  public let provider: TracerProvider

  init(scope: InstrumentationScope, provider: TracerProvider) {
    self.scope = scope
    self.provider = provider
  }

  /// Starts a span now, as a child of the active span of `context`.
  ///
  /// - Parameters:
  ///   - attributes: Set from the beginning; no name may occur twice.
  ///   - links: Other spans it belongs to.
  public func startSpan(
    _ name: String,
    in context: ServiceContext? = .current,
    ofKind kind: SpanKind = .internal,
    attributes: @autoclosure () -> [Attribute] = [],
    links: [SpanData.Link] = []
  ) -> OTelSpan {
    startSpan(name, in: context, ofKind: kind, attributes: attributes(), links: links, startingAtWall: nil)
  }

  /// The same as a child of a span at hand, which need not be looked for in a context.
  public func startSpan(
    _ name: String,
    childOf parent: OTelSpan,
    attributes: @autoclosure () -> [Attribute] = []
  ) -> OTelSpan {
    startSpan(name, parent, parent.enclosing, ofKind: .internal, attributes: attributes(), links: [], at: nil)
  }

  /// The span of work about the traces themselves, such as reading them: it has ids, but neither it nor anything that is
  /// started in it is ever recorded.
  public func suppressedSpan(in context: ServiceContext) -> OTelSpan {
    let identity = makeSpanContext(parent: context.span?.spanContext)
    let unsampled = SpanContext(
      traceID: identity.traceID,
      spanID: identity.spanID,
      traceFlags: identity.traceFlags.subtracting(.sampled),
      traceState: identity.traceState
    )
    return OTelSpan(nonRecording: unsampled, enclosing: context, suppressesChildren: true)
  }

  /// Starts a span at a wall-clock moment, or now.
  func startSpan(
    _ name: String,
    in context: ServiceContext?,
    ofKind kind: SpanKind,
    attributes: @autoclosure () -> [Attribute] = [],
    links: [SpanData.Link] = [],
    startingAtWall wallTime: UInt64?
  ) -> OTelSpan {
    let context = context ?? .topLevel
    return startSpan(
      name,
      context.span,
      context,
      ofKind: kind,
      attributes: attributes(),
      links: links,
      at: wallTime
    )
  }

  private func startSpan(
    _ name: String,
    _ parent: OTelSpan?,
    _ enclosing: ServiceContext,
    ofKind kind: SpanKind,
    attributes: @autoclosure () -> [Attribute],
    links: [SpanData.Link],
    at wallTime: UInt64?
  ) -> OTelSpan {
    if let parent, parent.suppressesChildren { return parent }
    let spanContext = makeSpanContext(parent: parent?.spanContext)
    guard spanContext.isSampled, !provider.isDisabled else {
      return OTelSpan(nonRecording: spanContext, enclosing: enclosing)
    }
    let anchor = parent?.localAnchor ?? provider.clock.anchor
    let keptLinks = Array(links.prefix(provider.limits.linkCount))
    // Made in the call: it is a few hundred bytes with a dozen references, which are not worth a copy.
    return OTelSpan(
      recording: SpanData(
        name: name,
        context: spanContext,
        parent: parent.flatMap { $0.spanContext.isValid ? $0.spanContext : nil },
        kind: kind,
        scope: scope,
        startTime: wallTime.map { provider.clock.time(ofWall: $0, on: anchor) } ?? provider.clock.now(anchor),
        attributes: AttributeList(uniqueKeys: attributes(), limits: provider.limits.attributes),
        links: keptLinks,
        droppedLinkCount: links.count - keptLinks.count
      ),
      tracer: self,
      enclosing: enclosing,
      anchor: anchor
    )
  }

  /// Runs `body` with a new span as the active one, and ends the span when it returns or throws.
  ///
  /// An error is recorded and makes the status ERROR; the caller's own cancellation is no error.
  public func withSpan<Result>(
    _ name: String,
    ofKind kind: SpanKind = .internal,
    attributes: @autoclosure () -> [Attribute] = [],
    _ body: (OTelSpan) async throws -> Result
  ) async rethrows -> Result {
    let span = startSpan(name, ofKind: kind, attributes: attributes())
    defer { span.end() }
    do {
      return try await span.context.whileCurrent { try await body(span) }
    } catch {
      span.fail(error)
      throw error
    }
  }

  /// The same for work that does not suspend.
  public func withSpan<Result>(
    _ name: String,
    ofKind kind: SpanKind = .internal,
    attributes: @autoclosure () -> [Attribute] = [],
    _ body: (OTelSpan) throws -> Result
  ) rethrows -> Result {
    let span = startSpan(name, ofKind: kind, attributes: attributes())
    defer { span.end() }
    do {
      return try ServiceContext.$current.withValue(span.context) { try body(span) }
    } catch {
      span.fail(error)
      throw error
    }
  }

  /// The identity of a new span, with the sampler's decision in its flags.
  private func makeSpanContext(parent: SpanContext?) -> SpanContext {
    if provider.isDisabled { return parent ?? .invalid }
    guard let parent, parent.isValid else {
      let traceID = provider.idGenerator.makeTraceID()
      let isSampled = provider.sampler.isSampled(traceID, parent: nil)
      return SpanContext(
        traceID: traceID,
        spanID: provider.idGenerator.makeSpanID(),
        traceFlags: isSampled ? [.sampled, .random] : .random
      )
    }
    let isSampled = provider.sampler.isSampled(parent.traceID, parent: parent)
    let random = parent.traceFlags.intersection(.random)
    return SpanContext(
      traceID: parent.traceID,
      spanID: provider.idGenerator.makeSpanID(),
      traceFlags: isSampled ? random.union(.sampled) : random,
      traceState: parent.traceState
    )
  }
}
