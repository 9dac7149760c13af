import HTTPTypes
import Logging
import LoopHTTP
import Telemetry

/// A line for each request at DEBUG, written when its answer is known, or when nobody waits for one any more. What becomes of the
/// answer on its way, the span and the metrics tell.
struct AccessLogMiddleware: SynchronousMiddleware {
  let logger: OTelLogger

  func handle(_ request: Request, next: (Request) async throws -> Response) async throws -> Response {
    guard logger.level <= .debug else { return try await next(request) }
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
    guard logger.level <= .debug else { return try next(request) }
    let start = EventLoop.monotonicNanoseconds()
    let response = try next(request)
    log(request, response, since: start)
    return response
  }

  /// A line for a request that no middleware sees.
  func log(_ refused: RefusedRequest) {
    var told = [Attribute(LogField.status, refused.status.code), Attribute(LogField.reason, "\(refused.reason)")]
    if let method = refused.method { told.insert(Attribute(LogField.method, method.rawValue), at: 0) }
    logger.debug("Request refused", told)
  }

  private func log(_ request: Request, _ response: Response, since start: UInt64) {
    logger.debug(
      "Request answered",
      attributes(of: request, since: start, Attribute(LogField.status, response.status.code))
    )
  }

  /// Only a cancellation comes this far: the middlewares and handlers inside have an answer for any other error.
  private func logUnanswered(_ request: Request, since start: UInt64) {
    let reason = request.isAborted ? "the server stopped" : "the client left"
    logger.debug("Request not answered", attributes(of: request, since: start, Attribute(LogField.reason, reason)))
  }

  private func attributes(of request: Request, since start: UInt64, _ outcome: Attribute) -> [Attribute] {
    [
      Attribute(LogField.method, request.method.rawValue), Attribute(LogField.path, request.path), outcome,
      Attribute(LogField.duration, Double(EventLoop.monotonicNanoseconds() - start) / 1e9),
    ]
  }
}
