public import HTTPTypes

/// A request to be sent.
public struct ClientRequest: Sendable {
  /// GET, POST, …
  public var method: HTTPRequest.Method
  /// Where to, and what for.
  public var url: ClientURL
  /// Fields besides those the client writes itself: `Content-Length` and, where missing, `Host` and `User-Agent`. Those that
  /// speak of the framing or of another protocol are refused, see ``ClientError/invalidRequest(_:)``.
  public var headerFields: [HTTPField] = []
  /// The content; sent with its length where not empty, or where the method expects one. One that is not at hand is given to
  /// the client as a closure, see ``HTTPClient/execute(_:bodyLength:body:)``.
  public var body: [UInt8] = []
  /// Time for everything: a connection, the request, the complete response.
  public var timeout = Duration.seconds(10)
  /// Longest body of the response, in bytes.
  public var responseBodyLimit = 4 * 1024 * 1024

  /// Whether the client sends the request again by itself where it may, see ``mayBeResent(after:)``. Whoever wants to see
  /// each attempt does that instead.
  public var isResentByClient = true

  /// A request, without fields and content unless they are given.
  public init(
    _ method: HTTPRequest.Method = .get,
    _ url: ClientURL,
    headerFields: [HTTPField] = [],
    body: [UInt8] = []
  ) {
    self.method = method
    self.url = url
    self.headerFields = headerFields
    self.body = body
  }

  /// Writes the content of a body that is produced while it is sent, on a loop of the client's group.
  public typealias BodyProducer = nonisolated(nonsending) @Sendable (RequestWriter) async throws -> Void

  /// Adds one field.
  public mutating func append(_ name: HTTPField.Name, _ value: String) {
    headerFields.append(HTTPField(name: name, value: value))
  }

  /// Whether it may be sent again without asking anybody (RFC 9110 §9.2.2): an idempotent request whose connection a
  /// server may have closed just when it was used again.
  public func mayBeResent(after error: ClientError) -> Bool {
    isIdempotent && error == .connectionClosed(.stale)
  }

  /// Whether sending it twice is as good as once (RFC 9110 §9.2.2).
  private var isIdempotent: Bool {
    switch method {
    case .get, .head, .put, .delete, .options, .trace: true
    default: false
    }
  }

  /// Throws where a field would contradict what the client writes itself: the receiver and whoever is between might then find
  /// the request's end at different places (RFC 9112 §11.2), or its host (RFC 9112 §3.2).
  func checkFields() throws(ClientError) {
    var hasHost = false
    for field in headerFields {
      switch field.known {
      case .contentLength, .transferEncoding, .trailer, .upgrade:
        throw .invalidRequest("\(field.name) is the client's to say")
      case .host:
        guard !hasHost, Authority(field.value.utf8.span) != nil else {
          throw .invalidRequest("Host must be one host and port")
        }
        hasHost = true
      default: break
      }
    }
  }

  /// Whether the sender says that the connection ends after this exchange (RFC 9112 §9.6).
  var closesConnection: Bool {
    headerFields.contains { $0.known == .connection && ConnectionOptions(list: $0.value.utf8.span).contains(.close) }
  }

  /// Appends the request as bytes, but for a produced body; `host` where no field says another. `checkFields` has passed.
  func write(
    to output: inout [UInt8],
    host: String,
    userAgent: String,
    _ produced: ProducedBody? = nil
  ) throws(WireError) {
    try MessageWriter.appendRequestLine(method: method.rawValue, target: url.target, to: &output)
    let host = headerFields.first { $0.known == .host }?.value ?? host
    try MessageWriter.appendField("Host", host, to: &output)
    var hasUserAgent = false
    for field in headerFields where field.known != .host {
      if field.name == .userAgent { hasUserAgent = true }
      try MessageWriter.appendField(field.name.rawName, field.value, to: &output)
    }
    if !hasUserAgent { try MessageWriter.appendField("User-Agent", userAgent, to: &output) }
    if let produced {
      if let length = produced.length {
        MessageWriter.appendContentLength(length, to: &output)
      } else {
        try MessageWriter.appendField("Transfer-Encoding", "chunked", to: &output)
      }
    } else if !body.isEmpty || method == .post || method == .put || method == .patch {
      MessageWriter.appendContentLength(body.count, to: &output)
    }
    MessageWriter.appendHeadEnd(to: &output)
    output += body
  }
}

extension HTTPField {
  fileprivate var known: KnownField { KnownField(name.canonicalName.utf8.span) }
}
