public import HTTPTypes

/// Paths to handlers: literal and `{parameter}` segments, a literal before a parameter.
///
/// Answers for itself: 404 for an unknown path, 405 with `Allow` for a known one with another method, HEAD wherever
/// there is GET, and 307 from a path with one slash too many at its end.
public struct Router: Sendable {
  private struct Node: Sendable {
    var literals: [(segment: [UInt8], node: Int)] = []
    var parameter: (name: String, node: Int)?
    var endpoints: [(method: HTTPRequest.Method, known: KnownMethod, endpoint: Endpoint)] = []
    var methodNotAllowed: Endpoint?
  }

  private var nodes = [Node()]
  private var notFound: Endpoint
  private var redirect = Router.redirectToPathWithoutSlash
  let errorResponse: @Sendable (HTTPError) -> Response

  /// `errorResponse` renders the router's own 404 and 405; by default as plain text.
  public init(errorResponse: @escaping @Sendable (HTTPError) -> Response = Router.plainTextError) {
    self.errorResponse = errorResponse
    notFound = Endpoint(template: nil) { _ in errorResponse(HTTPError(.notFound, "Not Found")) }
  }

  /// An error as one line of plain text.
  public static let plainTextError: @Sendable (HTTPError) -> Response = { error in
    Response(error.detail + "\n", status: error.status)
  }

  /// Adds a route for GET, and with it HEAD. See `on`.
  public mutating func get(_ template: String, options: RouteOptions = .init(), _ handler: @escaping Handler) {
    on(.get, template, options: options, handler)
  }

  /// Adds a route for POST. See `on`.
  public mutating func post(_ template: String, options: RouteOptions = .init(), _ handler: @escaping Handler) {
    on(.post, template, options: options, handler)
  }

  /// Adds a route. `template` begins with `/`; `{name}` stands for one whole segment. A second route with the same
  /// method and template replaces the first.
  public mutating func on(
    _ method: HTTPRequest.Method,
    _ template: String,
    options: RouteOptions = .init(),
    _ handler: @escaping Handler
  ) {
    precondition(template.hasPrefix("/"), "a route's template begins with a slash: \(template)")
    var node = 0
    for segment in template.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      node = child(of: node, segment)
    }
    nodes[node].endpoints.removeAll { $0.method == method }
    let endpoint = Endpoint(template: template, options: options, handler: handler)
    let known = KnownMethod(method.rawValue.utf8.span)
    nodes[node].endpoints.append((method, known, endpoint))
    nodes[node].methodNotAllowed = methodNotAllowed(at: node, template)
  }

  private mutating func child(of node: Int, _ segment: Substring) -> Int {
    if segment.hasPrefix("{"), segment.hasSuffix("}") {
      if let parameter = nodes[node].parameter { return parameter.node }
      nodes.append(Node())
      nodes[node].parameter = (String(segment.dropFirst().dropLast()), nodes.count - 1)
    } else {
      let bytes = Array(segment.utf8)
      if let literal = nodes[node].literals.first(where: { $0.segment == bytes }) { return literal.node }
      nodes.append(Node())
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

  /// The same routes with `middlewares` around every answer, also around the router's own.
  func wrapped(in middlewares: [any Middleware]) -> Router {
    guard !middlewares.isEmpty else { return self }
    var router = self
    router.notFound = Endpoint(notFound, inside: middlewares)
    router.redirect = Endpoint(redirect, inside: middlewares)
    for node in nodes.indices {
      router.nodes[node].methodNotAllowed = nodes[node].methodNotAllowed.map { Endpoint($0, inside: middlewares) }
      router.nodes[node].endpoints = nodes[node].endpoints.map {
        ($0.method, $0.known, Endpoint($0.endpoint, inside: middlewares))
      }
    }
    return router
  }

  // MARK: Matching

  /// The endpoint for a request, always one.
  func match(_ head: borrowing MessageHead) -> (endpoint: Endpoint, parameters: RouteParameters) {
    var parameters = RouteParameters()
    let path = head.path.bounds
    if let node = find(head.bytes.span, path, &parameters), let endpoint = endpoint(at: node, head) {
      return (endpoint, parameters)
    }
    if path.count > 1, head.bytes[path.upperBound - 1] == UInt8(ascii: "/") {
      parameters = RouteParameters()
      let shorter = path.lowerBound..<(path.upperBound - 1)
      if let node = find(head.bytes.span, shorter, &parameters), nodes[node].methodNotAllowed != nil {
        return (redirect, RouteParameters())
      }
    }
    return (notFound, RouteParameters())
  }

  private func endpoint(at node: Int, _ head: borrowing MessageHead) -> Endpoint? {
    for (method, known, endpoint) in nodes[node].endpoints where known == head.methodID {
      // Methods that are not among the usual ones are told apart by their text.
      if known != .other || ByteClass.equals(head.bytes.span.extracting(head.method.bounds), method.rawValue) {
        return endpoint
      }
    }
    if head.methodID == .head {
      for (_, known, endpoint) in nodes[node].endpoints where known == .get { return endpoint }
    }
    return nodes[node].methodNotAllowed
  }

  /// The node that `path` leads to; without routes of its own it counts as none.
  private func find(_ bytes: borrowing Span<UInt8>, _ path: Range<Int>, _ parameters: inout RouteParameters) -> Int? {
    var node = 0
    var start = path.lowerBound + 1
    while true {
      var end = start
      while end < path.upperBound, bytes[end] != UInt8(ascii: "/") { end += 1 }
      let segment = bytes.extracting(min(start, path.upperBound)..<end)
      guard let next = step(from: node, segment, &parameters) else { return nil }
      node = next
      guard end < path.upperBound else { break }
      start = end + 1
    }
    return nodes[node].endpoints.isEmpty ? nil : node
  }

  private func step(from node: Int, _ segment: borrowing Span<UInt8>, _ parameters: inout RouteParameters) -> Int? {
    for (literal, child) in nodes[node].literals where Router.equals(segment, literal) { return child }
    guard let parameter = nodes[node].parameter, !segment.isEmpty else { return nil }
    let value = PercentDecoding.decode(segment, plusIsSpace: false)
    parameters.pairs.append(RouteParameters.Pair(name: parameter.name, value: value))
    return parameter.node
  }

  /// Compares decoded: `/d%69ce` is `/dice` (RFC 3986 §6.2.2.2).
  private static func equals(_ segment: borrowing Span<UInt8>, _ literal: [UInt8]) -> Bool {
    if segment.count == literal.count {
      for index in literal.indices where segment[index] != literal[index] { return false }
      return true
    }
    guard segment.count > literal.count else { return false }
    for index in segment.indices where segment[index] == UInt8(ascii: "%") {
      return Array(PercentDecoding.decode(segment, plusIsSpace: false).utf8) == literal
    }
    return false
  }

  /// To an absolute URL, as the client named this server.
  private static let redirectToPathWithoutSlash = Endpoint(template: nil) { request in
    var response = Response(status: .temporaryRedirect)
    let query = request.query.map { "?\($0)" } ?? ""
    let authority = request.authority.map { "http://\($0)" } ?? ""
    response.append(.location, authority + request.path.dropLast() + query)
    return response
  }
}
