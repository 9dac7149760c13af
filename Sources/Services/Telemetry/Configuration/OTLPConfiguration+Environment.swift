import LoopHTTP

extension OTLPConfiguration {
  /// The signals, which differ by their paths and their variables.
  enum Signal: String {
    case traces
    case logs

    /// Where its requests go at a receiver.
    var path: String { "v1/\(rawValue)" }
  }

  /// The receiver where the environment names none.
  static let defaultEndpoint = "http://localhost:4318"

  /// Reads the signal's variables; what the signal does not set comes from the general ones.
  init(_ signal: Signal, from environment: inout EnvironmentReader) {
    let general = "OTEL_EXPORTER_OTLP_"
    let own = general + signal.rawValue.uppercased() + "_"
    self.init(
      namedURL: Self.url(signal, own: own, general: general, from: &environment),
      defaultURL: "\(Self.defaultEndpoint)/\(signal.path)"
    )
    format = Self.format(own + "PROTOCOL", general + "PROTOCOL", from: &environment)
    compression = environment.choice(
      own + "COMPRESSION",
      general + "COMPRESSION",
      of: ["gzip": .gzip, "none": .none],
      default: .none
    )
    timeout = environment.timeLimit(own + "TIMEOUT", general + "TIMEOUT", default: 10_000)
    headers = Self.headers([general + "HEADERS", own + "HEADERS"], from: &environment)
  }

  /// The signal's own endpoint as it is, or the general one with the signal's path; nil where neither can be used.
  private static func url(
    _ signal: Signal,
    own: String,
    general: String,
    from environment: inout EnvironmentReader
  ) -> String? {
    if let endpoint = endpoint(own + "ENDPOINT", from: &environment) { return endpoint.url }
    return endpoint(general + "ENDPOINT", from: &environment)?.appending(signal.path)
  }

  private static func endpoint(_ name: String, from environment: inout EnvironmentReader) -> OTLPEndpoint? {
    guard let (name, value) = environment.text(name) else { return nil }
    let shown = value.withoutUserinfo
    guard shown == value else {
      environment.warn(name, shown, "names a user, for which OTEL_EXPORTER_OTLP_HEADERS has room; it is ignored")
      return nil
    }
    guard let endpoint = OTLPEndpoint(value) else {
      environment.warn(name, value, "is no http or https URL; it is ignored")
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

  /// What the client alone says of how a request ends (RFC 9112 §6, §9).
  private static let framingFields: Set = ["connection", "content-length", "trailer", "transfer-encoding", "upgrade"]

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
          value.utf8.allSatisfy({ $0 == 0x09 || $0 >= 0x20 && $0 != 0x7f }),
          !framingFields.contains(key.lowercased())
        else {
          environment.warn(name, "has the pair \(key.debugDescription), which is no header to send; it is ignored")
          continue
        }
        headers.removeAll { $0.name.lowercased() == key.lowercased() }
        headers.append(Header(name: key, value: value))
      }
    }
    return headers
  }
}
