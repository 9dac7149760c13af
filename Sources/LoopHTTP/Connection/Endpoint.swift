/// One matched or failed routing decision; shared by all requests that meet it.
final class Endpoint: Sendable {
  /// nil for the answers of the router itself (404, 405, redirects).
  let template: String?
  let options: RouteOptions
  private let handler: RouteHandler

  init(template: String?, options: RouteOptions = RouteOptions(), handler: RouteHandler) {
    self.template = template
    self.options = options
    self.handler = handler
  }

  /// Gives the response, where none has to be waited for; else nil.
  var respondAtOnce: @Sendable (Request) throws -> Response? {
    switch handler {
    case .synchronous(let handler): { try handler($0) }
    case .asynchronous: { _ in nil }
    }
  }

  /// The response, waited for where that is needed.
  func respond(to request: Request) async throws -> Response {
    switch handler {
    case .synchronous(let handler): try handler(request)
    case .asynchronous(let handler): try await handler(request)
    }
  }

  /// One of the router's own, which never wait.
  convenience init(template: String?, _ handler: @escaping SynchronousHandler) {
    self.init(template: template, handler: .synchronous(handler))
  }

  /// One that answers as `wrap` makes of this one's handler.
  func wrapped(_ wrap: (RouteHandler) -> RouteHandler) -> Endpoint {
    Endpoint(template: template, options: options, handler: wrap(handler))
  }
}
