import HTTPTypes
import Logging
import LoopHTTP

/// A line for each request at DEBUG, written when its answer is known, or when nobody waits for one any more.
struct AccessLogMiddleware: SynchronousMiddleware {
  let logger: Logger

  func handle(_ request: Request, next: (Request) async throws -> Response) async throws -> Response {
    guard logger.logLevel <= .debug else { return try await next(request) }
    let start = EventLoop.monotonicNanoseconds()
    do {
      let response = try await next(request)
      log(request, response, since: start)
      return response
    } catch {
      logUnanswered(request, since: start)
      throw error
    }
  }

  func handle(_ request: Request, next: (Request) throws -> Response) throws -> Response {
    guard logger.logLevel <= .debug else { return try next(request) }
    let start = EventLoop.monotonicNanoseconds()
    let response = try next(request)
    log(request, response, since: start)
    return response
  }

  /// A line for a request that no middleware sees.
  func log(_ refused: RefusedRequest) {
    var metadata: Logger.Metadata = [
      "status": .stringConvertible(refused.status.code),
      "reason": "\(refused.reason)",
    ]
    metadata["method"] = refused.method.map { "\($0.rawValue)" }
    logger.debug("Request refused", metadata: metadata)
  }

  private func log(_ request: Request, _ response: Response, since start: UInt64) {
    var metadata = metadata(of: request, since: start)
    metadata["status"] = .stringConvertible(response.status.code)
    logger.debug("Request answered", metadata: metadata)
  }

  /// Only a cancellation comes this far: the middlewares and handlers inside have an answer for any other error.
  private func logUnanswered(_ request: Request, since start: UInt64) {
    var metadata = metadata(of: request, since: start)
    metadata["reason"] = request.isAborted ? "the server stopped" : "the client left"
    logger.debug("Request not answered", metadata: metadata)
  }

  private func metadata(of request: Request, since start: UInt64) -> Logger.Metadata {
    [
      "method": "\(request.method.rawValue)",
      "path": "\(request.path)",
      "duration": .stringConvertible(Double(EventLoop.monotonicNanoseconds() - start) / 1e9),
    ]
  }
}
