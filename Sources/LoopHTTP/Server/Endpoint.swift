/// Answers a request. It runs on the connection's loop and stays there; a handler that waits uses the request's loop.
public typealias Handler = @Sendable (Request) async throws -> Response

/// What a route asks of the server besides its handler.
public struct RouteOptions: Sendable, Hashable {
  /// Longest body in bytes; nil takes the server's limit.
  public var bodyLimit: Int?
  /// Whether a client that ends its side of the stream means to leave, so that the handler's task is cancelled. HTTP
  /// itself lets a half-closed client wait for its answer, which is the default; a reset cancels always.
  public var cancelsWhenClientEnds: Bool

  /// By default nothing special.
  public init(bodyLimit: Int? = nil, cancelsWhenClientEnds: Bool = false) {
    self.bodyLimit = bodyLimit
    self.cancelsWhenClientEnds = cancelsWhenClientEnds
  }
}

/// One matched or failed routing decision; shared by all requests that meet it.
final class Endpoint: Sendable {
  /// nil for the answers of the router itself (404, 405, redirects).
  let template: String?
  let options: RouteOptions
  private let handler: Handler
  /// The middleware around everything, called without a closure in between; nil where there is none.
  private let outermost: (any Middleware)?

  init(template: String?, options: RouteOptions = RouteOptions(), handler: @escaping Handler) {
    self.template = template
    self.options = options
    self.handler = handler
    outermost = nil
  }

  /// `inner`, with the middlewares around it.
  init(_ inner: Endpoint, inside middlewares: [any Middleware]) {
    template = inner.template
    options = inner.options
    outermost = middlewares.first
    handler = MiddlewareChain.compose(middlewares.dropFirst(), around: inner.handler)
  }

  /// Answers a request, through all middlewares.
  @inline(__always)
  func respond(to request: Request) async throws -> Response {
    guard let outermost else { return try await handler(request) }
    return try await outermost.handle(request, next: handler)
  }
}

/// The values that stood at a template's `{name}` segments, percent-decoded.
public struct RouteParameters: Sendable, Hashable {
  var pairs: [Pair] = []

  struct Pair: Sendable, Hashable {
    var name: String
    var value: String
  }

  /// The value of `{name}`; nil where the template has no such segment.
  public subscript(name: String) -> String? {
    pairs.first { $0.name == name }?.value
  }
}
