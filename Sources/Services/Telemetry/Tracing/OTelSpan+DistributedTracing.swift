public import Tracing

/// What swift-distributed-tracing asks of a span, told in this module's types.
///
/// Instants come from callers as wall-clock times; they are moved to the span's own time line.
extension OTelSpan {
  /// The span's name; settable until the span ends, empty for a span that never recorded.
  public var operationName: String {
    get { recorded?.name ?? "" }
    set { record { data, _ in data.name = newValue } }
  }

  /// The attributes as a dictionary. Setting replaces them all.
  public var attributes: SpanAttributes {
    get {
      var attributes = SpanAttributes([:])
      for attribute in recorded?.attributes.elements ?? [] {
        attributes.set(attribute.key.name, value: attribute.value.spanAttribute)
      }
      return attributes
    }
    set {
      let attributes = [Attribute](newValue)
      record { data, tracer in
        data.attributes = AttributeList(uniqueKeys: attributes, limits: tracer.provider.limits.attributes)
      }
    }
  }

  /// Says how the work ended.
  public func setStatus(_ status: SpanStatus) {
    switch status.code {
    case .ok: setStatus(SpanData.Status.ok)
    case .error: setStatus(SpanData.Status.error(status.message))
    }
  }

  /// Notes that something happened.
  public func addEvent(_ event: SpanEvent) {
    addEvent(event.name, attributes: [Attribute](event.attributes), at: time(ofWall: event.nanosecondsSinceEpoch))
  }

  /// Notes an error as `recordException(_:attributes:)` does.
  public func recordError<Instant: TracerInstant>(
    _ error: any Error,
    attributes: SpanAttributes,
    at instant: @autoclosure () -> Instant
  ) {
    guard isRecording else { return }
    let time = time(ofWall: instant().nanosecondsSinceEpoch)
    recordException(error, attributes: [Attribute](attributes), at: time)
  }

  /// Relates the span to the one that the link's context carries; a link to nothing is not kept.
  public func addLink(_ link: SpanLink) {
    guard let context = link.context.span?.spanContext else { return }
    addLink(context, attributes: [Attribute](link.attributes))
  }

  /// Ends the span at that moment, but not before its start.
  public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
    guard isRecording else { return }
    end(at: time(ofWall: instant().nanosecondsSinceEpoch))
  }
}

extension [Attribute] {
  /// The attributes of swift-distributed-tracing's dictionary, by name, since a dictionary has no order of its own.
  init(_ attributes: SpanAttributes) {
    self = []
    attributes.forEach { name, value in
      if let value = AttributeValue(value) { append(Attribute(AttributeKey(name), value)) }
    }
    sort { $0.key.name < $1.key.name }
  }
}
