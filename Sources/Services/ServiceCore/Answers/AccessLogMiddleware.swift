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
    let watch = Stopwatch()
    do {
      let response = try await next(request)
      log(request, response, on: watch)
      return response
    } catch {
      logUnanswered(request, on: watch)
      throw error
    }
  }

  func handle(_ request: Request, next: (Request) throws -> Response) throws -> Response {
    guard logger.level <= .debug else { return try next(request) }
    let watch = Stopwatch()
    let response = try next(request)
    log(request, response, on: watch)
    return response
  }

  /// A line for a request that no middleware sees.
  func log(_ refused: RefusedRequest) {
    var told = [Attribute(LogField.status, refused.status.code), Attribute(LogField.reason, "\(refused.reason)")]
    if let method = refused.method { told.insert(Attribute(LogField.method, method.rawValue), at: 0) }
    logger.debug("Request refused", told)
  }

  private func log(_ request: Request, _ response: Response, on watch: Stopwatch) {
    logger.debug(
      "Request answered",
      attributes(of: request, on: watch, Attribute(LogField.status, response.status.code))
    )
  }

  /// Only a cancellation comes this far: the middlewares and handlers inside have an answer for any other error.
  private func logUnanswered(_ request: Request, on watch: Stopwatch) {
    let reason = request.isAborted ? "the server stopped" : "the client left"
    logger.debug("Request not answered", attributes(of: request, on: watch, Attribute(LogField.reason, reason)))
  }

  private func attributes(of request: Request, on watch: Stopwatch, _ outcome: Attribute) -> [Attribute] {
    [
      Attribute(LogField.method, request.method.rawValue), Attribute(LogField.path, request.path), outcome,
      Attribute(LogField.duration, watch.seconds),
    ]
  }
}
