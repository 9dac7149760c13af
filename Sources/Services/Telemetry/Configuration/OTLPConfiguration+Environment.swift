import LoopHTTP

extension OTLPConfiguration {
  /// The signals, which differ by their paths and their variables.
  enum Signal: String {
    case traces
    case logs
  }

  /// The receiver where the environment names none.
  static let defaultEndpoint = "http://localhost:4318"

  /// Reads the signal's variables; what the signal does not set comes from the general ones.
  init(_ signal: Signal, from environment: inout EnvironmentReader) {
    let general = "OTEL_EXPORTER_OTLP_"
    let own = general + signal.rawValue.uppercased() + "_"
    self.init(url: Self.url(signal, own: own, general: general, from: &environment))
    format = Self.format(own + "PROTOCOL", general + "PROTOCOL", from: &environment)
    compression = environment.choice(
      own + "COMPRESSION",
      general + "COMPRESSION",
      of: ["gzip": .gzip, "none": .none],
      default: .none
    )
    timeout = environment.milliseconds(own + "TIMEOUT", general + "TIMEOUT", default: 10_000)
    headers = Self.headers([general + "HEADERS", own + "HEADERS"], from: &environment)
  }

  /// The signal's own endpoint as it is, or the general one with the signal's path.
  private static func url(
    _ signal: Signal,
    own: String,
    general: String,
    from environment: inout EnvironmentReader
  ) -> String {
    let path = "v1/\(signal.rawValue)"
    if let endpoint = endpoint(own + "ENDPOINT", otherwise: "it is ignored", from: &environment) {
      return endpoint.url
    }
    if let endpoint = endpoint(general + "ENDPOINT", otherwise: "\(defaultEndpoint) is used", from: &environment) {
      return endpoint.appending(path)
    }
    return "\(defaultEndpoint)/\(path)"
  }

  private static func endpoint(
    _ name: String,
    otherwise consequence: String,
    from environment: inout EnvironmentReader
  ) -> OTLPEndpoint? {
    guard let (name, value) = environment.text(name) else { return nil }
    guard let endpoint = OTLPEndpoint(value) else {
      environment.warn(name, value, "is no http or https URL; \(consequence)")
      return nil
    }
    if endpoint.isSecure {
      environment.warn(name, value, "asks for TLS, which is not spoken here: nothing will arrive without a proxy")
    }
    return endpoint
  }

  private static func format(_ own: String, _ general: String, from environment: inout EnvironmentReader) -> OTLPFormat
  {
    if let (name, value) = environment.text(own, general), value.lowercased() == "grpc" {
      environment.warn(name, value, "is not supported; http/protobuf is used")
      return .protobuf
    }
    return environment.choice(own, general, of: ["http/protobuf": .protobuf, "http/json": .json], default: .protobuf)
  }

  /// The pairs of all lists, a later list winning. What cannot be used is reported without its value, often a secret.
  private static func headers(_ names: [String], from environment: inout EnvironmentReader) -> [Header] {
    var headers: [Header] = []
    for name in names {
      guard let (_, list) = environment.text(name) else { continue }
      guard let pairs = EnvironmentReader.pairs(of: list) else {
        environment.warn(name, "is no list of name=value pairs with percent-encoded values; it is ignored")
        continue
      }
      for (key, value) in pairs {
        guard
          key.utf8.allSatisfy(ByteClass.isToken),
          value.utf8.allSatisfy({ $0 == 0x09 || $0 >= 0x20 && $0 != 0x7f })
        else {
          environment.warn(name, "has the pair \(key.debugDescription), which is no header; it is ignored")
          continue
        }
        headers.removeAll { $0.name.lowercased() == key.lowercased() }
        headers.append(Header(name: key, value: value))
      }
    }
    return headers
  }
}
