public import LoopHTTP
public import Telemetry

extension ClientError {
  /// The name under which spans and metrics count it.
  public var spanFailure: HTTPClientSpan.Failure {
    switch self {
    case .timedOut: .timeout
    case .connectionRefused, .connectionFailed: .connectionRefused
    case .connectionClosed: .connectionReset
    case .nameNotResolved: .nameNotResolved
    case .malformedResponse, .bodyTooLarge: .malformedResponse
    case .invalidURL, .unsupportedScheme, .invalidRequest, .poolExhausted, .cancelled, .shutDown: .other
    }
  }
}
