public import HTTPTypes

/// Posts a request body and waits for the answer: what the OTLP exporter needs of an HTTP client.
public protocol OTLPTransport: Sendable {
  /// Posts once, without retrying and without tracing; returns or throws within `limit`.
  func post(
    _ body: [UInt8],
    to url: String,
    headerFields: HTTPFields,
    within limit: Duration,
    maximumResponseBytes: Int
  ) async throws(OTLPTransportError) -> OTLPTransportResponse
}

/// A receiver's answer.
public struct OTLPTransportResponse: Sendable {
  /// The status code.
  public var status: Int
  /// The fields.
  public var headerFields: HTTPFields
  /// The whole body, as it came.
  public var body: [UInt8]

  /// An answer of the given parts.
  public init(status: Int, headerFields: HTTPFields = [:], body: [UInt8] = []) {
    self.status = status
    self.headerFields = headerFields
    self.body = body
  }
}

/// Why there was no answer.
public enum OTLPTransportError: Error, Sendable, Hashable {
  /// The request was not sent, for want of a connection; `reason` is a phrase for people.
  case unreachable(reason: String)
  /// The connection ended before the answer.
  case disconnected
  /// The limit passed while the answer was awaited.
  case timedOut
  /// The answer broke the protocol or was too large.
  case malformedResponse
  /// The address cannot be used.
  case invalidURL
  /// The caller's task was cancelled.
  case cancelled
}
