extension Sampler {
  /// Reads `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`.
  init(from environment: inout EnvironmentReader) {
    enum Name { case alwaysOn, alwaysOff, ratio, parentAlwaysOn, parentAlwaysOff, parentRatio }
    let name = environment.choice(
      "OTEL_TRACES_SAMPLER",
      of: [
        "always_on": Name.alwaysOn,
        "always_off": .alwaysOff,
        "traceidratio": .ratio,
        "parentbased_always_on": .parentAlwaysOn,
        "parentbased_always_off": .parentAlwaysOff,
        "parentbased_traceidratio": .parentRatio,
      ],
      default: .parentAlwaysOn
    )
    switch name {
    case .alwaysOn: self = .alwaysOn
    case .alwaysOff: self = .alwaysOff
    case .ratio: self = .traceIDRatioBased(Self.ratio(from: &environment))
    case .parentAlwaysOn: self = .parentBased(root: .alwaysOn)
    case .parentAlwaysOff: self = .parentBased(root: .alwaysOff)
    case .parentRatio: self = .parentBased(root: .traceIDRatioBased(Self.ratio(from: &environment)))
    }
  }

  private static func ratio(from environment: inout EnvironmentReader) -> Double {
    guard let (name, value) = environment.text("OTEL_TRACES_SAMPLER_ARG") else { return 1 }
    if let ratio = Double(value), (0...1).contains(ratio) { return ratio }
    environment.warn(name, value, "is not a number from 0 to 1; 1 is used")
    return 1
  }
}
