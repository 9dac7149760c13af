extension SpanLimits {
  /// Reads `OTEL_ATTRIBUTE_*_LIMIT`, `OTEL_SPAN_*_LIMIT`, `OTEL_EVENT_*_LIMIT` and `OTEL_LINK_*_LIMIT`.
  init(from environment: inout EnvironmentReader) {
    self.init()
    let valueLength = environment.optionalInteger("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", minimum: 0)
    let count = environment.integer("OTEL_ATTRIBUTE_COUNT_LIMIT", minimum: 0, default: 128)
    attributes = AttributeLimits(
      count: environment.integer("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", minimum: 0, default: count),
      valueLength: environment.optionalInteger("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", minimum: 0) ?? valueLength
    )
    eventAttributes = AttributeLimits(
      count: environment.integer("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", minimum: 0, default: count),
      valueLength: valueLength
    )
    linkAttributes = AttributeLimits(
      count: environment.integer("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", minimum: 0, default: count),
      valueLength: valueLength
    )
    eventCount = environment.integer("OTEL_SPAN_EVENT_COUNT_LIMIT", minimum: 0, default: 128)
    linkCount = environment.integer("OTEL_SPAN_LINK_COUNT_LIMIT", minimum: 0, default: 128)
  }
}
