import HTTPTypes
public import LoopHTTP
import Tracing

/// Makes a SERVER span of every request, runs the request in it, and names it in the answer.
///
/// The span lasts until the last byte of the answer was handed over or the client was gone.
public struct TracingMiddleware: Middleware {
  private let tracer: OTelTracer
  private let untracedRoutes: Set<String>

  /// A middleware that leaves out the given routes, which machines ask for all day.
  public init(tracer: OTelTracer, untracedRoutes: Set<String> = ["/metrics", "/livez", "/readyz"]) {
    self.tracer = tracer
    self.untracedRoutes = untracedRoutes
  }

  /// Runs the request in its span. An error that passes through is recorded, and the span ends with it.
  public func handle(_ request: Request, next: (Request) async throws -> Response) async throws -> Response {
    if let route = request.routeTemplate, untracedRoutes.contains(route) { return try await next(request) }
    var context = ServiceContext.topLevel
    tracer.provider.propagators.extract(into: &context, values: request.headerValues)
    let span = HTTPServerSpan.start(
      tracer,
      in: context,
      method: request.method.rawValue,
      route: request.routeTemplate,
      request: HTTPServerSpan.Request(request)
    )
    do {
      var response = try await ServiceContext.$current.withValue(span.context) { try await next(request) }
      span.spanContext.answer { response.append($0, $1) }
      guard span.isRecording else { return response }
      let status = response.status.code
      response.onFinish { outcome in
        switch outcome {
        case .sent: HTTPServerSpan.end(span, .answered(status: status))
        case .clientGone: HTTPServerSpan.end(span, .clientGone(status: status))
        }
      }
      return response
    } catch is CancellationError {
      HTTPServerSpan.end(span, .clientGone(status: nil))
      throw CancellationError()
    } catch {
      span.recordException(error)
      HTTPServerSpan.end(span, .answered(status: 500))
      throw error
    }
  }
}

extension HTTPServerSpan.Request {
  /// What a span tells of the server's request.
  init(_ request: Request) {
    self.init(method: request.method.rawValue, path: request.path, protocolVersion: request.httpVersion)
    query = request.query
    route = request.routeTemplate
    host = request.header(.host)
    forwarded = request.header(.forwarded)
    forwardedHost = request.header(.forwardedHost)
    forwardedFor = request.header(.forwardedFor)
    userAgent = request.header(.userAgent)
    peerAddress = request.remoteAddress?.ip
    peerPort = request.remoteAddress.map { Int($0.port) }
  }
}

extension HTTPField.Name {
  private static func constant(_ text: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no field name") }
    return name
  }

  /// `host`, which swift-http-types keeps among the pseudo fields.
  fileprivate static let host = constant("host")
  /// RFC 7239.
  fileprivate static let forwarded = constant("forwarded")
  /// What proxies sent before RFC 7239.
  fileprivate static let forwardedHost = constant("x-forwarded-host")
  /// What proxies sent before RFC 7239.
  fileprivate static let forwardedFor = constant("x-forwarded-for")
}
