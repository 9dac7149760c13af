extension Propagators {
  /// Reads `OTEL_PROPAGATORS`: a list; `none` adds nothing to it.
  init(from environment: inout EnvironmentReader) {
    self.init()
    guard let (name, list) = environment.text("OTEL_PROPAGATORS") else { return }
    usesTraceContext = false
    usesBaggage = false
    for item in EnvironmentReader.items(of: list) {
      switch item.lowercased() {
      case "tracecontext": usesTraceContext = true
      case "baggage": usesBaggage = true
      case "none": break
      default: environment.warn(name, item, "is not one of baggage, none, tracecontext; it is ignored")
      }
    }
  }
}
