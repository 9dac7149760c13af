import HTTPTypes
public import LoopHTTP
import Tracing

/// Makes a SERVER span of every request, runs the request in it, names it in the answer, and counts the exchange.
///
/// Span and metrics measure the same time: from the request's head until the last byte of the answer was handed over or
/// either side had given up.
public struct TelemetryMiddleware: SynchronousMiddleware {
  private let tracer: OTelTracer
  private let metrics: HTTPServerMetrics
  // Arrays, for they are a handful of short names, each compared in less time than one is hashed.
  private let unobservedRoutes: [String]
  private let untracedRoutes: [String]

  /// A middleware that leaves out some routes.
  ///
  /// - Parameters:
  ///   - unobservedRoutes: Those that machines ask for all day: neither traced nor counted.
  ///   - untracedRoutes: Those that are counted, but make no span, and neither does anything that they call.
  public init(
    tracer: OTelTracer,
    metrics: HTTPServerMetrics,
    unobservedRoutes: Set<String> = [],
    untracedRoutes: Set<String> = []
  ) {
    self.tracer = tracer
    self.metrics = metrics
    self.unobservedRoutes = Array(unobservedRoutes)
    self.untracedRoutes = Array(untracedRoutes)
  }

  /// Runs the request in its span. An error that passes through is recorded, and the exchange ends with it.
  public func handle(_ request: Request, next: (Request) async throws -> Response) async throws -> Response {
    guard let exchange = observe(request) else { return try await next(request) }
    do {
      let response = try await exchange.span.context.whileCurrent { try await next(request) }
      return exchange.answered(with: response)
    } catch {
      exchange.end(error, of: request)
      throw error
    }
  }

  /// As the other, around a handler that does not wait.
  public func handle(_ request: Request, next: (Request) throws -> Response) throws -> Response {
    guard let exchange = observe(request) else { return try next(request) }
    do {
      let response = try ServiceContext.$current.withValue(exchange.span.context) { try next(request) }
      return exchange.answered(with: response)
    } catch {
      exchange.end(error, of: request)
      throw error
    }
  }

  /// Begins to observe; nil for a route that nobody does.
  private func observe(_ request: Request) -> ObservedExchange? {
    let route = request.routeTemplate
    if let route, unobservedRoutes.contains(route) { return nil }
    return ObservedExchange(request, tracer: tracer, metrics: metrics, isTraced: !untracedRoutes.contains(route ?? ""))
  }
}

/// One request on its way, as span and metrics see it. A class, for it is handed on several times and has much to copy.
private final class ObservedExchange: Sendable {
  let span: OTelSpan
  private let metrics: HTTPServerMetrics
  private let start = EventLoop.monotonicNanoseconds()
  private let method: String
  private let route: String?
  private let scheme: String
  private let protocolVersion: String
  private let requestBytes: Int?

  init(_ request: Request, tracer: OTelTracer, metrics: HTTPServerMetrics, isTraced: Bool) {
    self.metrics = metrics
    method = request.method.rawValue
    route = request.routeTemplate
    let scheme =
      HTTPSpan.scheme(forwarded: request.header(.forwarded), forwardedProto: request.header(.forwardedProto)) ?? "http"
    self.scheme = scheme
    protocolVersion = request.httpVersion
    requestBytes = request.header(.contentLength).flatMap { Int($0) }
    var context = ServiceContext.topLevel
    tracer.provider.propagators.extract(into: &context, values: request.headerValues)
    span =
      isTraced
      ? HTTPServerSpan.start(
        tracer,
        in: context,
        method: method,
        route: route,
        request: HTTPServerSpan.Request(request, scheme: scheme)
      ) : tracer.suppressedSpan(in: context)
  }

  /// Names the span in the answer, and ends the exchange when that has been handed over.
  func answered(with response: consuming Response) -> Response {
    response.appendTrace(of: span.spanContext)
    let (status, bytes) = (response.status.code, response.body.byteCount)
    response.onFinish { outcome in
      switch outcome {
      case .sent: self.end(.answered(status: status), responseBytes: bytes)
      case .clientGone: self.end(.clientGone(status: status), responseBytes: bytes)
      case .aborted: self.end(.aborted(status: status), responseBytes: bytes)
      case .timedOut: self.end(.timedOut(status: 503))
      case .failed(let status): self.end(.failed(status: status))
      }
    }
    return consume response  // which would be copied by a plain return
  }

  /// `request` tells whose wish a cancellation was: the server's or the client's.
  func end(_ error: any Error, of request: Request) {
    // Whatever a handler throws that was cancelled so: the answer is the server's.
    if request.hasTimedOut { return end(.timedOut(status: 503)) }
    if error is CancellationError { return end(request.isAborted ? .aborted(status: nil) : .clientGone(status: nil)) }
    span.recordException(error)
    end(.answered(status: 500))
  }

  private func end(_ outcome: HTTPServerSpan.Outcome, responseBytes: Int? = nil) {
    let duration = HTTPServerSpan.end(span, outcome) ?? EventLoop.monotonicNanoseconds() - start
    metrics.record(
      HTTPServerMetrics.Exchange(
        method: method,
        route: route,
        status: outcome.status,
        scheme: scheme,
        protocolVersion: protocolVersion,
        errorType: outcome.errorType,
        seconds: Double(duration) / 1e9,
        requestBytes: requestBytes,
        responseBytes: responseBytes,
        span: SpanReference(span.spanContext)
      )
    )
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

extension HTTPServerSpan.Request {
  /// What a span tells of the server's request.
  init(_ request: Request, scheme: String) {
    self.init(
      method: request.method.rawValue,
      path: request.path,
      query: request.query,
      route: request.routeTemplate,
      scheme: scheme,
      protocolVersion: request.httpVersion,
      host: request.header(.host),
      forwarded: request.header(.forwarded),
      forwardedHost: request.header(.forwardedHost),
      forwardedFor: request.header(.forwardedFor),
      userAgent: request.header(.userAgent),
      peerAddress: request.remoteAddress?.ip,
      peerPort: request.remoteAddress.map { Int($0.port) }
    )
  }
}

extension HTTPField.Name {
  /// `host`, which swift-http-types keeps among the pseudo fields.
  fileprivate static let host = constant("host")
  /// RFC 7239.
  fileprivate static let forwarded = constant("forwarded")
  /// What proxies sent before RFC 7239.
  fileprivate static let forwardedHost = constant("x-forwarded-host")
  /// What proxies sent before RFC 7239.
  fileprivate static let forwardedFor = constant("x-forwarded-for")
  /// What proxies sent before RFC 7239.
  fileprivate static let forwardedProto = constant("x-forwarded-proto")
}
