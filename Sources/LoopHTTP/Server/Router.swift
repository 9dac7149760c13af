public import HTTPTypes

/// Paths to handlers: literal and `{parameter}` segments, a literal before a parameter.
///
/// Answers for itself: 404 for an unknown path, 405 with `Allow` for a known one with another method, HEAD wherever
/// there is GET, and 307 from a path with one slash too many at its end.
public struct Router: Sendable {
  private(set) var nodes = [RouteNode()]
  let notFound: Endpoint
  /// Stands in for any route while the server has too much in work.
  let overloaded: Endpoint
  let errorResponse: @Sendable (HTTPError) -> Response

  /// `errorResponse` renders the errors that no handler has made, such as 404 and 405; by default as plain text.
  public init(errorResponse: @escaping @Sendable (HTTPError) -> Response = Router.plainTextError) {
    self.errorResponse = errorResponse
    notFound = Endpoint(template: nil) { _ in errorResponse(HTTPError(.notFound, "Not Found")) }
    overloaded = Endpoint(template: nil) { _ in
      var response = errorResponse(HTTPError(.serviceUnavailable, "Too many requests in work"))
      response.append(.retryAfter, "1")
      return response
    }
  }

  /// An error as one line of plain text.
  public static let plainTextError: @Sendable (HTTPError) -> Response = { error in
    Response(error.detail + "\n", status: error.status)
  }

  /// Adds a route for GET, and with it HEAD. See `on`.
  public mutating func get(_ template: String, options: RouteOptions = .init(), _ handler: @escaping Handler) {
    on(.get, template, options: options, handler)
  }

  /// Adds a route for GET, and with it HEAD, whose handler never waits. See `on`.
  public mutating func get(_ template: String, options: RouteOptions = .init(), _ handler: @escaping SynchronousHandler)
  {
    on(.get, template, options: options, handler)
  }

  /// Adds a route for POST. See `on`.
  public mutating func post(_ template: String, options: RouteOptions = .init(), _ handler: @escaping Handler) {
    on(.post, template, options: options, handler)
  }

  /// Adds a route. `template` begins with `/`; `{name}` stands for one whole segment, which has the same name in all
  /// templates that are alike up to it. A second route with the same method and template replaces the first.
  public mutating func on(
    _ method: HTTPRequest.Method,
    _ template: String,
    options: RouteOptions = .init(),
    _ handler: @escaping Handler
  ) {
    on(method, template, options: options, .asynchronous(handler))
  }

  /// Adds a route whose handler never waits: a closure without `await` is one. It costs no task switch.
  public mutating func on(
    _ method: HTTPRequest.Method,
    _ template: String,
    options: RouteOptions = .init(),
    _ handler: @escaping SynchronousHandler
  ) {
    on(method, template, options: options, .synchronous(handler))
  }

  /// As the other two, for who has either kind of handler.
  public mutating func on(
    _ method: HTTPRequest.Method,
    _ template: String,
    options: RouteOptions = .init(),
    _ handler: RouteHandler
  ) {
    precondition(template.hasPrefix("/"), "a route's template begins with a slash: \(template)")
    var node = 0
    for segment in template.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      node = child(of: node, segment, template)
    }
    nodes[node].endpoints.removeAll { $0.method == method }
    let endpoint = Endpoint(template: template, options: options, handler: handler)
    let known = KnownMethod(method.rawValue.utf8.span)
    nodes[node].endpoints.append((method, known, endpoint))
    nodes[node].methodNotAllowed = methodNotAllowed(at: node, template)
  }

  private mutating func child(of node: Int, _ segment: Substring, _ template: String) -> Int {
    if segment.hasPrefix("{"), segment.hasSuffix("}") {
      let name = String(segment.dropFirst().dropLast())
      if let parameter = nodes[node].parameter {
        precondition(parameter.name == name, "{\(name)} of \(template) is {\(parameter.name)} in another template")
        return parameter.node
      }
      nodes.append(RouteNode())
      nodes[node].parameter = (name, nodes.count - 1)
    } else {
      let bytes = Array(segment.utf8)
      if let literal = nodes[node].literals.first(where: { $0.segment == bytes }) { return literal.node }
      nodes.append(RouteNode())
      nodes[node].literals.append((bytes, nodes.count - 1))
    }
    return nodes.count - 1
  }

  private func methodNotAllowed(at node: Int, _ template: String) -> Endpoint {
    var methods = nodes[node].endpoints.map(\.method.rawValue)
    if methods.contains("GET"), !methods.contains("HEAD") { methods.append("HEAD") }
    let allow = methods.joined(separator: ", ")
    let errorResponse = errorResponse
    return Endpoint(template: template) { _ in
      var response = errorResponse(HTTPError(.methodNotAllowed, "Method Not Allowed"))
      response.append(.allow, allow)
      return response
    }
  }
}

extension RouteTable {
  /// The routes of a router that gets no more, and the middlewares around each, the first outermost.
  convenience init(_ router: Router, inside middlewares: [any Middleware] = []) {
    self.init(router.nodes, notFound: router.notFound, overloaded: router.overloaded) { handler in
      middlewares.reversed().reduce(handler) { $1.around($0) }
    }
  }
}
