import HTTPTypes
import Logging
import LoopHTTP

/// A line for each request at DEBUG, written when its answer is known.
struct AccessLogMiddleware: Middleware {
  let logger: Logger

  func handle(_ request: Request, next: (Request) async throws -> Response) async throws -> Response {
    guard logger.logLevel <= .debug else { return try await next(request) }
    let start = EventLoop.monotonicNanoseconds()
    let response = try await next(request)
    logger.debug(
      "Request answered",
      metadata: [
        "method": "\(request.method.rawValue)",
        "path": "\(request.path)",
        "status": .stringConvertible(response.status.code),
        "duration": .stringConvertible(Double(EventLoop.monotonicNanoseconds() - start) / 1e9),
      ]
    )
    return response
  }
}
