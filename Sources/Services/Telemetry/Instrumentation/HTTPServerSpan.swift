import LoopHTTP
public import Tracing

/// The SERVER span of one request (OpenTelemetry semantic conventions, "HTTP server").
public enum HTTPServerSpan {
  /// What the span tells of the request.
  public struct Request: Sendable {
    /// The method as it came.
    public var method: String
    /// The path as it came.
    public var path: String
    /// What follows the question mark, as it came; nil without one.
    public var query: String?
    /// The matched route's template; nil when none matched.
    public var route: String?
    /// `http` or `https`, whichever the client used.
    public var scheme: String
    /// `1.0` or `1.1`.
    public var protocolVersion: String
    /// The `Host` field.
    public var host: String?
    /// The first `Forwarded` field (RFC 7239).
    public var forwarded: String?
    /// The `X-Forwarded-Host` field.
    public var forwardedHost: String?
    /// The `X-Forwarded-For` field.
    public var forwardedFor: String?
    /// The `User-Agent` field.
    public var userAgent: String?
    /// The other end of the connection.
    public var peerAddress: String?
    /// Its port.
    public var peerPort: Int?
  }

  /// How the exchange ended.
  public enum Outcome: Sendable, Hashable {
    /// The whole answer was sent.
    case answered(status: Int)
    /// The client left before the end of the answer, or before there was one.
    case clientGone(status: Int?)
    /// The server gave up before that, as it had to stop.
    case aborted(status: Int?)
    /// The handler took longer than it may, and the client got this status instead of its answer.
    case timedOut(status: Int)
    /// The server could not send the answer that it had made: the client got this status instead of it, or with a part of it.
    case failed(status: Int)

    /// The status that was sent, or was to be sent.
    var status: Int? {
      switch self {
      case .answered(let status), .timedOut(let status), .failed(let status): status
      case .clientGone(let status), .aborted(let status): status
      }
    }

    /// What went wrong on the server's side of it, one of few values; nil when nothing did. Nothing below 500 is an error.
    var errorType: String? {
      switch self {
      case .answered(let status): status >= 500 ? String(status) : nil
      case .clientGone: Self.clientDisconnected
      case .aborted: "server_shutdown"
      case .timedOut: "timeout"
      case .failed(let status): status >= 500 ? String(status) : "response_incomplete"
      }
    }

    /// The `error.type` of a client that left.
    static let clientDisconnected = "client_disconnected"
  }

  /// Starts the span, as a child of the span that `context` carries. `request` is asked only for a span that records.
  public static func start(
    _ tracer: OTelTracer,
    in context: ServiceContext,
    method: String,
    route: String?,
    request: @autoclosure () -> Request
  ) -> OTelSpan {
    tracer.startSpan(
      HTTPSpan.name(method: method, target: route),
      in: context,
      ofKind: .server,
      attributes: attributes(of: request())
    )
  }

  /// Ends the span with the exchange's outcome; `ok` is the application's to say.
  ///
  /// - Returns: Nanoseconds from the start; nil for a span that had ended or never recorded.
  @discardableResult
  public static func end(_ span: OTelSpan, _ outcome: Outcome) -> UInt64? {
    span.end { data, tracer in
      HTTPSpan.end(&data, tracer.provider.limits.attributes, status: outcome.status, errorType: outcome.errorType)
    }
  }

  static func attributes(of request: Request) -> [Attribute] {
    var attributes: [Attribute] = []
    attributes.reserveCapacity(16)
    HTTPSpan.append(method: request.method, to: &attributes)
    attributes.append(Attribute(.urlPath, request.path))
    let forwarded = request.forwarded.map { ForwardedElement(firstOf: $0) }
    attributes.append(Attribute(.urlScheme, request.scheme))
    attributes.append(Attribute(.networkProtocolVersion, request.protocolVersion))
    if let route = request.route { attributes.append(Attribute(.httpRoute, route)) }
    if let query = request.query, !query.isEmpty {
      attributes.append(Attribute(.urlQuery, HTTPSpan.redactedQuery(query)))
    }
    let asked =
      forwarded?.host.flatMap(HTTPSpan.split)
      ?? request.forwardedHost.flatMap(HTTPSpan.first).flatMap(HTTPSpan.split)
      ?? request.host.flatMap(HTTPSpan.split)
    if let (address, port) = asked {
      attributes.append(Attribute(.serverAddress, address))
      attributes.append(Attribute(.serverPort, port ?? HTTPSpan.defaultPort(ofScheme: request.scheme)))
    }
    let firstProxy = request.forwardedFor.flatMap(HTTPSpan.first).map(HTTPSpan.address(ofNode:))
    if let client = forwarded?.client ?? firstProxy ?? request.peerAddress {
      attributes.append(Attribute(.clientAddress, client))
    }
    if let address = request.peerAddress { attributes.append(Attribute(.networkPeerAddress, address)) }
    if let port = request.peerPort { attributes.append(Attribute(.networkPeerPort, port)) }
    if let userAgent = request.userAgent { attributes.append(Attribute(.userAgentOriginal, userAgent)) }
    return attributes
  }
}

// By the memberwise initializer, as `Response` is: it copies nothing.
extension HTTPServerSpan.Request {
  /// A request of which only the given parts are known.
  public init(method: String, path: String, scheme: String = "http", protocolVersion: String = "1.1") {
    self.init(method: method, path: path, query: nil, scheme: scheme, protocolVersion: protocolVersion)
  }
}
