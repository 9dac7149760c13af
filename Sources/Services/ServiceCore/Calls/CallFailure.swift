public import HTTPTypes
public import LoopHTTP

/// What a call of another service that brought no answer means for whoever asked this one.
public enum CallFailure: Error, Hashable, Sendable {
  /// The service cannot be reached.
  case unavailable
  /// It gave no answer in time.
  case timedOut
  /// What it answered makes no sense, or ends too early.
  case malformed
  /// The caller no longer wants it.
  case cancelled

  /// An answer that has begun is an answer: when its connection ends, it is incomplete (RFC 9112 §8). Who got no connection in
  /// time has asked nothing: the service is as far away as one that refuses, only slower to tell.
  public init(_ error: ClientError) {
    self =
      switch error {
      case .timedOut(.response), .timedOut(.connectionFromPool): .timedOut
      case .malformedResponse, .bodyTooLarge, .connectionClosed(.answering): .malformed
      case .cancelled: .cancelled
      case .invalidURL, .unsupportedScheme, .invalidRequest, .bodyEnded, .bodyLengthMismatch, .nameNotResolved,
        .timedOut(.connect), .connectionRefused, .connectionFailed,
        .connectionClosed(.stale), .connectionClosed(.sent), .poolExhausted, .shutDown:
        .unavailable
      }
  }

  /// The status of the answer that the caller gets (RFC 9110 §15.6.3 to §15.6.5).
  public var status: HTTPResponse.Status {
    switch self {
    case .unavailable, .cancelled: .serviceUnavailable
    case .timedOut: .gatewayTimeout
    case .malformed: .badGateway
    }
  }
}
