public import LoopHTTP
public import Telemetry

extension ClientError {
  /// The name under which spans and metrics count it.
  public var spanFailure: HTTPClientSpan.Failure {
    switch self {
    case .timedOut: .timeout
    case .connectionRefused: .connectionRefused
    case .connectionFailed(_, let error): HTTPClientSpan.Failure(error)
    case .connectionClosed: .connectionReset
    case .nameNotResolved: .nameNotResolved
    case .malformedResponse, .bodyTooLarge: .malformedResponse
    case .invalidURL, .unsupportedScheme, .invalidRequest, .bodyEnded, .bodyLengthMismatch, .poolExhausted, .cancelled,
      .shutDown:
      .other
    }
  }
}

extension HTTPClientSpan.Failure {
  /// Why there is no connection, as the system told it.
  fileprivate init(_ error: UVError) {
    self =
      switch error {
      case .connectionRefused: .connectionRefused
      case .connectionReset, .endOfStream: .connectionReset
      case .hostUnreachable: .hostUnreachable
      case .nameNotResolved: .nameNotResolved
      case .timedOut: .timeout
      case .addressInUse, .addressNotAvailable, .cancelled, .outOfFileDescriptors, .permissionDenied, .wouldBlock,
        .other:
        .other
      }
  }
}
