import HTTPTypes
import Logging
import LoopHTTP

/// Innermost: turns what a handler throws into the answer, so that the middlewares around it see its status.
struct ErrorMiddleware: SynchronousMiddleware {
  let logger: Logger

  func handle(_ request: Request, next: (Request) async throws -> Response) async throws -> Response {
    do {
      return try await next(request)
    } catch {
      return try answer(to: error)
    }
  }

  func handle(_ request: Request, next: (Request) throws -> Response) throws -> Response {
    do {
      return try next(request)
    } catch {
      return try answer(to: error)
    }
  }

  private func answer(to error: any Error) throws -> Response {
    if let error = error as? HTTPError { return .detail(error.status, error.detail) }
    if error is CancellationError || Task.isCancelled { throw CancellationError() }
    logger.error("Request failed", metadata: ["error": "\(error)"])
    return .detail(.internalServerError, "Internal Server Error")
  }
}
