/// Wraps the handling of every request, matched or not: to measure, to trace, to refuse.
///
/// Middlewares run in the order they were given, outermost first, after the request has been routed.
public protocol Middleware: Sendable {
  /// What is inside of a middleware: further ones and the handler. It runs where it is called from. Spelled out, because a
  /// package without the upcoming feature `NonisolatedNonsendingByDefault` reads a plain `async` as something else.
  typealias Next = nonisolated(nonsending) (Request) async throws -> Response

  /// Calls `next` at most once and returns its response, changed or not; what `next` throws may be passed on. What passes
  /// through all middlewares is answered behind them, without anything that they add to a response: see `ErrorMiddleware`.
  /// Declared `nonisolated(nonsending)` it stays with the connection; without it works as well, at two task switches a request.
  nonisolated(nonsending) func handle(_ request: Request, next: Next) async throws -> Response
}

/// A middleware that does not wait itself, told twice: around handlers that wait, and around those that do not. Where all
/// middlewares are such, a request to a synchronous handler is answered without a task switch.
public protocol SynchronousMiddleware: Middleware {
  /// As the other `handle`, around a handler that does not wait.
  func handle(_ request: Request, next: (Request) throws -> Response) throws -> Response
}

extension Middleware {
  /// Folds itself around a handler, once, when the server is made.
  func around(_ handler: RouteHandler) -> RouteHandler {
    switch (handler, self as? any SynchronousMiddleware) {
    case (.synchronous(let next), let middleware?): .synchronous { try middleware.handle($0, next: next) }
    case (.synchronous(let next), nil): .asynchronous { try await self.handle($0, next: next) }
    case (.asynchronous(let next), _): .asynchronous { try await self.handle($0, next: next) }
    }
  }
}

extension [any Middleware] {
  /// Folds them around a handler, the first outermost.
  func around(_ handler: RouteHandler) -> RouteHandler {
    isEmpty ? handler : reversed().reduce(handler.keepingTaskLocals) { $1.around($0) }
  }
}
