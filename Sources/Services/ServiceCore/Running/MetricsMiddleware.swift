import HTTPTypes
import LoopHTTP
import Telemetry
import Tracing

/// Outermost: counts every exchange when its last byte is sent, probes and scrapes left out.
struct MetricsMiddleware: Middleware {
  let metrics: HTTPServerMetrics

  func handle(_ request: Request, next: (Request) async throws -> Response) async throws -> Response {
    let route = request.routeTemplate
    if let route, ServiceRoute.probes.contains(route) { return try await next(request) }
    let start = EventLoop.monotonicNanoseconds()
    var exchange = HTTPServerMetrics.Exchange(method: request.method.rawValue, route: route, status: nil, seconds: 0)
    exchange.protocolVersion = request.httpVersion
    exchange.requestBytes = request.header(.contentLength).flatMap { Int($0) }
    do {
      var response = try await next(request)
      exchange.status = response.status.code
      exchange.responseBytes = response.body.byteCount
      exchange.span = SpanReference(traceResponseOf: response)
      response.onFinish { [metrics, exchange] outcome in
        var exchange = exchange
        exchange.seconds = Double(EventLoop.monotonicNanoseconds() - start) / 1e9
        switch outcome {
        case .sent: exchange.errorType = exchange.status.flatMap { $0 >= 500 ? String($0) : nil }
        case .clientGone: exchange.errorType = "client_disconnected"
        }
        metrics.record(exchange)
      }
      return response
    } catch {
      exchange.seconds = Double(EventLoop.monotonicNanoseconds() - start) / 1e9
      exchange.errorType = "client_disconnected"
      metrics.record(exchange)
      throw error
    }
  }
}

extension Response.Body {
  /// The Content-Length that will be sent; nil for a stream.
  fileprivate var byteCount: Int? {
    switch self {
    case .empty: 0
    case .bytes(let bytes): bytes.count
    case .string(let text): text.utf8.count
    case .stream: nil
    }
  }
}

extension SpanReference {
  /// The span that the tracing middleware named in the answer.
  fileprivate init?(traceResponseOf response: Response) {
    guard let value = response.headerFields[.traceResponse], let parent = TraceParent(value) else { return nil }
    self.init(SpanContext(traceID: parent.traceID, spanID: parent.parentID, traceFlags: parent.flags))
  }
}
