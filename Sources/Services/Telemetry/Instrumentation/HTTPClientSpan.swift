public import HTTPTypes
public import LoopHTTP
public import Tracing

/// The CLIENT span of one attempt at a request (OpenTelemetry semantic conventions, "HTTP client").
public enum HTTPClientSpan {
  /// Why an attempt got no answer. Each has a name of its own, as `error.type` must have few values.
  public enum Failure: String, Error, Sendable, Hashable {
    /// A limit passed.
    case timeout
    /// Nobody listens there.
    case connectionRefused = "connection_refused"
    /// No route leads to the host or its network.
    case hostUnreachable = "host_unreachable"
    /// The connection ended before the end of the answer.
    case connectionReset = "connection_reset"
    /// The name has no address.
    case nameNotResolved = "name_not_resolved"
    /// What came is no HTTP.
    case malformedResponse = "malformed_response"
    /// Anything else.
    case other = "_OTHER"
  }

  /// How an attempt ended.
  public enum Outcome: Sendable, Hashable {
    /// The whole answer came.
    case answered(status: Int)
    /// None came, or not all of it.
    case failed(Failure)
    /// The caller no longer wanted it, which is no error.
    case cancelled

    /// The status of the whole answer. That of an answer that breaks off is not known here: the client's error tells only why.
    public var status: Int? {
      switch self {
      case .answered(let status): status
      case .failed, .cancelled: nil
      }
    }

    /// What went wrong, one of few values; nil when nothing did.
    public var errorType: String? {
      switch self {
      case .answered(let status): status >= 400 ? String(status) : nil
      case .failed(let failure): failure.rawValue
      case .cancelled: nil
      }
    }
  }

  /// Starts the span as a child of `context`'s and writes the headers that carry it into `headerFields`.
  ///
  /// - Parameters:
  ///   - name: For a request that has a name of its own; nil for the conventions' name.
  ///   - resendCount: How many attempts there were before this one.
  public static func start(
    _ tracer: OTelTracer,
    name: String? = nil,
    in context: ServiceContext? = .current,
    method: String,
    url: ClientURL,
    resendCount: Int = 0,
    headerFields: inout [HTTPField]
  ) -> OTelSpan {
    let span = tracer.startSpan(
      name ?? HTTPSpan.name(method: method, target: nil),
      in: context,
      ofKind: .client,
      attributes: attributes(method: method, url: url, resendCount: resendCount)
    )
    tracer.provider.propagators.inject(span, into: &headerFields)
    return span
  }

  /// Ends the span with the attempt's outcome; the peer is told as far as it is known.
  ///
  /// - Returns: Nanoseconds from the start; nil for a span that had ended or never recorded.
  @discardableResult
  public static func end(
    _ span: OTelSpan,
    _ outcome: Outcome,
    peerAddress: String? = nil,
    peerPort: Int? = nil
  ) -> UInt64? {
    span.end { data, tracer in
      let limits = tracer.provider.limits.attributes
      if let peerAddress { data.attributes.set(Attribute(.networkPeerAddress, peerAddress), limits: limits) }
      if let peerPort { data.attributes.set(Attribute(.networkPeerPort, peerPort), limits: limits) }
      HTTPSpan.end(&data, limits, status: outcome.status, errorType: outcome.errorType)
    }
  }

  /// With room for those that come with the answer.
  private static func attributes(method: String, url: ClientURL, resendCount: Int) -> [Attribute] {
    var attributes: [Attribute] = []
    attributes.reserveCapacity(10)
    HTTPSpan.append(method: method, to: &attributes)
    attributes.append(Attribute(.networkProtocolVersion, "1.1"))
    attributes.append(Attribute(.urlFull, HTTPSpan.redacted(url).description))
    attributes.append(Attribute(.serverAddress, url.origin.host))
    attributes.append(Attribute(.serverPort, Int(url.origin.port)))
    if resendCount > 0 { attributes.append(Attribute(.httpRequestResendCount, resendCount)) }
    return attributes
  }
}
