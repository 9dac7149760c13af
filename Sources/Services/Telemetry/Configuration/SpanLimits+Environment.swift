extension AttributeLimits {
  /// Reads `COUNT_LIMIT` and `VALUE_LENGTH_LIMIT` behind `prefix`; what is not set is as in `general`.
  init(prefix: String, general: AttributeLimits = AttributeLimits(), from environment: inout EnvironmentReader) {
    count = environment.integer(prefix + "COUNT_LIMIT", minimum: 0, default: general.count)
    valueLength = environment.optionalInteger(prefix + "VALUE_LENGTH_LIMIT", minimum: 0) ?? general.valueLength
  }
}

extension SpanLimits {
  /// Reads `OTEL_SPAN_*_LIMIT`, `OTEL_EVENT_*_LIMIT` and `OTEL_LINK_*_LIMIT`; `general` is what `OTEL_ATTRIBUTE_*_LIMIT`
  /// say.
  init(general: AttributeLimits, from environment: inout EnvironmentReader) {
    attributes = AttributeLimits(prefix: "OTEL_SPAN_ATTRIBUTE_", general: general, from: &environment)
    // The specification names no length limit of these two alone.
    eventAttributes = general
    eventAttributes.count = environment.integer("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", minimum: 0, default: general.count)
    linkAttributes = general
    linkAttributes.count = environment.integer("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", minimum: 0, default: general.count)
    eventCount = environment.integer("OTEL_SPAN_EVENT_COUNT_LIMIT", minimum: 0, default: 128)
    linkCount = environment.integer("OTEL_SPAN_LINK_COUNT_LIMIT", minimum: 0, default: 128)
  }
}
