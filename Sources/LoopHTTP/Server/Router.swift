public import HTTPTypes

/// Paths to handlers: literal and `{parameter}` segments and, last, `{rest...}` for whatever follows its slash. A literal goes before
/// a parameter and that before a rest; where one leads to no route in the end, the next is tried.
///
/// Answers for itself: 404 for an unknown path, 405 with `Allow` for a known one with another method, HEAD wherever
/// there is GET, 307 from a path with one slash too many at its end, and 204 with `Allow` to `OPTIONS *`.
public struct Router: Sendable {
  private(set) var nodes = [RouteNode()]
  let notFound: Endpoint
  /// Stands in for any route while the server has too much in work.
  let overloaded: Endpoint
  let errorResponse: @Sendable (HTTPError) -> Response
  /// Of the group whose routes are being added.
  private var prefix = ""
  private var groupMiddleware: [any Middleware] = []

  /// `errorResponse` renders the errors that no handler has made, such as 404 and 405; by default as plain text.
  public init(errorResponse: @escaping @Sendable (HTTPError) -> Response = Router.plainTextError) {
    let render = HTTPError.rendering(errorResponse)
    self.errorResponse = render
    notFound = Endpoint(template: nil) { _ in render(HTTPError(.notFound)) }
    let tooMany = HTTPError(.serviceUnavailable, "Too many requests in work", headerFields: [.retryAfter: "1"])
    overloaded = Endpoint(template: nil) { _ in render(tooMany) }
  }

  /// An error as one line of plain text.
  public static let plainTextError: @Sendable (HTTPError) -> Response = { error in
    Response(error.detail + "\n", status: error.status)
  }

  /// Adds the routes that `routes` adds, below `prefix` and with middlewares of their own, inside of the server's; what the
  /// router answers for itself is outside of them. Groups may stand in groups.
  public mutating func group(
    _ prefix: String = "",
    middleware: [any Middleware] = [],
    _ routes: (inout Router) throws -> Void
  ) rethrows {
    precondition(
      prefix.isEmpty || (prefix.hasPrefix("/") && !prefix.hasSuffix("/")),
      "a group's prefix begins with a slash and does not end with one: \(prefix)"
    )
    let outer = (self.prefix, groupMiddleware)
    self.prefix += prefix
    groupMiddleware += middleware
    defer { (self.prefix, groupMiddleware) = outer }
    try routes(&self)
  }

  /// Adds a route. `template` begins with `/`; `{name}` stands for one whole segment that is not empty, and has the same name in
  /// all templates that are alike up to it. A last segment `{name...}` stands for whatever follows its slash, which may be more
  /// slashes or nothing; it is decoded, and may therefore hold `..`: look before you take it for a file. A second route with the
  /// same method and template replaces the first.
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
    let template = prefix + template
    let segments = template.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    let names = segments.filter { $0.hasPrefix("{") }.map { $0.prefix { $0 != "." && $0 != "}" } }
    precondition(Set(names).count == names.count, "each parameter of \(template) has a name of its own")
    let node = segments.reduce(0) { child(of: $0, $1, template) }
    nodes[node].endpoints.removeAll { $0.method == method }
    let handler = groupMiddleware.around(handler)
    let endpoint = Endpoint(template: template, options: options, handler: handler)
    let known = KnownMethod(method.rawValue.utf8.span)
    nodes[node].endpoints.append((method, known, endpoint))
    nodes[node].methodNotAllowed = methodNotAllowed(at: node, template)
  }

  private mutating func child(of node: Int, _ segment: Substring, _ template: String) -> Int {
    if segment.hasPrefix("{"), segment.hasSuffix("...}") {
      precondition(template.hasSuffix("/" + segment), "\(segment) must be the last segment of \(template)")
      return wildcard(\.rest, of: node, String(segment.dropFirst().dropLast(4)), template)
    }
    if segment.hasPrefix("{"), segment.hasSuffix("}") {
      return wildcard(\.parameter, of: node, String(segment.dropFirst().dropLast()), template)
    }
    let isPlain = !segment.contains { $0 == "{" || $0 == "}" }
    precondition(isPlain, "a parameter of \(template) is a whole segment, not \(segment)")
    let bytes = Array(segment.utf8)
    if let literal = nodes[node].literals.first(where: { $0.segment == bytes }) { return literal.node }
    nodes.append(RouteNode())
    nodes[node].literals.append((bytes, nodes.count - 1))
    return nodes.count - 1
  }

  private mutating func wildcard(
    _ kind: WritableKeyPath<RouteNode, (name: String, node: Int)?>,
    of node: Int,
    _ name: String,
    _ template: String
  ) -> Int {
    if let known = nodes[node][keyPath: kind] {
      precondition(known.name == name, "{\(name)} of \(template) is {\(known.name)} in another template")
      return known.node
    }
    nodes.append(RouteNode())
    nodes[node][keyPath: kind] = (name, nodes.count - 1)
    return nodes.count - 1
  }

  /// To `OPTIONS *`, a question about the server as a whole (RFC 9110 §9.3.7).
  var serverOptions: Endpoint {
    let allow = allowedMethods(nodes.flatMap { $0.endpoints.map(\.method.rawValue) })
    return Endpoint(template: nil) { _ in
      var response = Response(status: .noContent)
      response.append(.allow, allow)
      return response
    }
  }

  /// The value of `Allow`.
  private func allowedMethods(_ methods: [String]) -> String {
    var allowed: [String] = []
    for method in methods where !allowed.contains(method) { allowed.append(method) }
    if allowed.contains("GET"), !allowed.contains("HEAD") { allowed.append("HEAD") }
    return allowed.joined(separator: ", ")
  }

  private func methodNotAllowed(at node: Int, _ template: String) -> Endpoint {
    let allow = allowedMethods(nodes[node].endpoints.map(\.method.rawValue))
    let error = HTTPError(.methodNotAllowed, headerFields: [.allow: allow])
    let errorResponse = errorResponse
    return Endpoint(template: template) { _ in errorResponse(error) }
  }
}

extension RouteTable {
  /// The routes of a router that gets no more, and the middlewares around each, the first outermost.
  convenience init(_ router: Router, inside middlewares: [any Middleware] = []) {
    self.init(
      router.nodes,
      notFound: router.notFound,
      overloaded: router.overloaded,
      serverOptions: router.serverOptions
    ) { middlewares.around($0) }
  }
}
