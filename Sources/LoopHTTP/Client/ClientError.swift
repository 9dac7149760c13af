/// Why a request has no answer. A response with a 4xx or 5xx status is an answer and no error.
public enum ClientError: Error, Hashable, Sendable {
  /// What the client was waiting for when its time was up.
  public enum Stage: String, Hashable, Sendable {
    /// A free connection of the pool.
    case connectionFromPool = "a free connection"
    /// The name's addresses or the connection itself.
    case connect = "the connection"
    /// The request to be taken or the response to be complete.
    case response = "the response"
  }

  /// How far an exchange had come when its connection ended.
  public enum Progress: Hashable, Sendable {
    /// Nothing of the answer had come on a connection used before: the server may have closed it as idle, without having
    /// seen the request.
    case stale
    /// Nothing of the answer had come on a new connection.
    case sent
    /// A part of the answer had come.
    case answering
  }

  /// The text is not an absolute URL that this client understands.
  case invalidURL(String)
  /// Only `http` is spoken here.
  case unsupportedScheme(String)
  /// The request itself cannot be sent, and nothing was: a field or the target holds what would break the message, there are two
  /// `Host` fields, or one is among `Content-Length`, `Transfer-Encoding`, `Trailer` and `Upgrade`; or it has two bodies, or one of
  /// negative length.
  case invalidRequest(String)
  /// Nothing more of the request's body is sent: its answer has come, or the closure that produces it has returned.
  case bodyEnded
  /// The closure has written more or less than the body's length, which is this. The connection was closed.
  case bodyLengthMismatch(Int)
  /// The name has no address.
  case nameNotResolved(String)
  /// Nobody listens there.
  case connectionRefused(String)
  /// The connection could not be made for another reason.
  case connectionFailed(String, UVError)
  /// The connection ended before the response was complete.
  case connectionClosed(Progress)
  /// The request's time limit.
  case timedOut(Stage)
  /// The server's bytes are not an HTTP/1.1 response.
  case malformedResponse(String)
  /// The response's body is longer than the request allowed.
  case bodyTooLarge(limit: Int)
  /// As many callers wait for a connection to this origin as may.
  case poolExhausted(String)
  /// The calling task was cancelled.
  case cancelled
  /// The client has been shut down.
  case shutDown
}

extension ClientError: CustomStringConvertible {
  /// A phrase for people, in lower case.
  public var description: String {
    switch self {
    case .invalidURL(let text): "invalid URL: \(text)"
    case .unsupportedScheme(let scheme): "unsupported URL scheme: \(scheme)"
    case .invalidRequest(let reason): "invalid request: \(reason)"
    case .bodyEnded: "nothing more of the request's body is sent"
    case .bodyLengthMismatch(let length): "the request's body has another length than \(length) bytes"
    case .nameNotResolved(let host): "the name \(host) could not be resolved"
    case .connectionRefused(let origin): "connection refused by \(origin)"
    case .connectionFailed(let origin, let error): "no connection to \(origin): \(error)"
    case .connectionClosed(.stale), .connectionClosed(.sent): "the connection was closed without an answer"
    case .connectionClosed(.answering): "the connection was closed within the answer"
    case .timedOut(let stage): "timed out waiting for \(stage.rawValue)"
    case .malformedResponse(let reason): "malformed response: \(reason)"
    case .bodyTooLarge(let limit): "the response's body is larger than \(limit) bytes"
    case .poolExhausted(let origin): "too many requests wait for a connection to \(origin)"
    case .cancelled: "cancelled"
    case .shutDown: "the client has been shut down"
    }
  }
}
