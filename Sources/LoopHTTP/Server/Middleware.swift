/// Wraps the handling of every request, matched or not: to measure, to trace, to refuse.
///
/// Middlewares run in the order they were given, outermost first, after the request has been routed.
public protocol Middleware: Sendable {
  /// Calls `next` at most once and returns its response, changed or not; what `next` throws may be passed on.
  func handle(_ request: Request, next: (Request) async throws -> Response) async throws -> Response
}

/// Folds middlewares around an endpoint's own handler, once, when the server is made.
enum MiddlewareChain {
  static func compose(_ middlewares: ArraySlice<any Middleware>, around endpoint: @escaping Handler) -> Handler {
    var handler = endpoint
    for middleware in middlewares.reversed() {
      let next = handler
      handler = { request in try await middleware.handle(request, next: next) }
    }
    return handler
  }
}
