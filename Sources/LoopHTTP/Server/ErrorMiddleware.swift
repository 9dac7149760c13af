public import Logging

/// Answers what is thrown inside of it, as the server does for what passes through all middlewares: an `HTTPError` as it
/// says, any other error with 500 and a line in the log. The middlewares outside of it see that answer as any other, and can
/// count it or add fields, such as those of CORS. Mostly the last of a server's middlewares, next to the handlers.
///
/// A cancellation passes through: nobody waits for its answer.
public struct ErrorMiddleware: SynchronousMiddleware {
  private let answer: ErrorAnswer

  /// `errorResponse` renders the errors; mostly the one that the router has, too.
  public init(
    errorResponse: @escaping @Sendable (HTTPError) -> Response = Router.plainTextError,
    logger: Logger = Logger(label: "LoopHTTP")
  ) {
    answer = ErrorAnswer(render: HTTPError.rendering(errorResponse), logger: logger)
  }

  /// See `Middleware`.
  public nonisolated(nonsending) func handle(_ request: Request, next: Next) async throws -> Response {
    do {
      return try await next(request)
    } catch {
      return try answer.response(to: request, error)
    }
  }

  /// See `SynchronousMiddleware`.
  public func handle(_ request: Request, next: (Request) throws -> Response) throws -> Response {
    do {
      return try next(request)
    } catch {
      return try answer.response(to: request, error)
    }
  }
}
