import HTTPTypes
import Logging
import LoopHTTP

/// Innermost: turns what a handler throws into the answer, so that the middlewares around it see its status.
struct ErrorMiddleware: Middleware {
  let logger: Logger

  func handle(_ request: Request, next: (Request) async throws -> Response) async throws -> Response {
    do {
      return try await next(request)
    } catch let error as HTTPError {
      return .detail(error.status, error.detail)
    } catch let error as CancellationError {
      throw error
    } catch {
      if Task.isCancelled { throw CancellationError() }
      logger.error("Request failed", metadata: ["error": "\(error)"])
      return .detail(.internalServerError, "Internal Server Error")
    }
  }
}
