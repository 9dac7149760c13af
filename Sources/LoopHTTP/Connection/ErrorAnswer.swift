internal import HTTPTypes
internal import Logging

/// What a client is answered where a handler throws.
struct ErrorAnswer: Sendable {
  let render: @Sendable (HTTPError) -> Response
  let logger: Logger

  /// The answer: an `HTTPError`, or what is convertible to one, as it says, 500 for any other error, of which only the log tells
  /// more. The request's cancellation is nobody's answer and thrown again, also as the error that it led to; that of some task
  /// of the handler's own is an error as any other.
  func response(to request: Request, _ error: any Error) throws(CancellationError) -> Response {
    if let error = error as? any HTTPErrorConvertible { return render(error.httpError) }
    guard !Task.isCancelled, !(error is CancellationError && request.isAborted) else { throw CancellationError() }
    logger.error("Handler failed", metadata: ["error": "\(error)", "path": "\(request.path)"])
    return render(HTTPError(.internalServerError))
  }
}
