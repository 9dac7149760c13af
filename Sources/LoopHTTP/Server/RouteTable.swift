internal import HTTPTypes

/// What one path segment after the other leads to.
struct RouteNode: Sendable {
  var literals: [(segment: [UInt8], node: Int)] = []
  var parameter: (name: String, node: Int)?
  var endpoints: [(method: HTTPRequest.Method, known: KnownMethod, endpoint: Endpoint)] = []
  var methodNotAllowed: Endpoint?
}

/// A router's routes when nothing is added any more, with the middlewares around every answer, also around the router's own:
/// one object, so that a look-up touches one reference.
final class RouteTable: Sendable {
  private let nodes: [RouteNode]
  private let notFound: Endpoint
  private let redirect: Endpoint
  let overloaded: Endpoint

  init(_ router: Router, inside middlewares: [any Middleware] = []) {
    nodes = router.nodes.map { node in
      var node = node
      node.methodNotAllowed = node.methodNotAllowed.map { Endpoint($0, inside: middlewares) }
      node.endpoints = node.endpoints.map { ($0.method, $0.known, Endpoint($0.endpoint, inside: middlewares)) }
      return node
    }
    notFound = Endpoint(router.notFound, inside: middlewares)
    redirect = Endpoint(RouteTable.redirectToPathWithoutSlash, inside: middlewares)
    overloaded = Endpoint(router.overloaded, inside: middlewares)
  }

  /// The endpoint for a request, always one. `path` and `method` lie in `bytes`, the request's head.
  func match(
    _ bytes: Span<UInt8>,
    path: Range<Int>,
    method: Range<Int>,
    _ methodID: KnownMethod
  ) -> (endpoint: Endpoint, parameters: RouteParameters) {
    var parameters = RouteParameters()
    if let node = find(bytes, path, &parameters), let endpoint = endpoint(at: node, bytes.extracting(method), methodID)
    {
      return (endpoint, parameters)
    }
    if path.count > 1, bytes[path.upperBound - 1] == UInt8(ascii: "/") {
      parameters = RouteParameters()
      let shorter = path.lowerBound..<(path.upperBound - 1)
      if let node = find(bytes, shorter, &parameters), nodes[node].methodNotAllowed != nil {
        return (redirect, RouteParameters())
      }
    }
    return (notFound, RouteParameters())
  }

  private func endpoint(at node: Int, _ method: Span<UInt8>, _ methodID: KnownMethod) -> Endpoint? {
    // Methods that are not among the usual ones are told apart by their text.
    for index in nodes[node].endpoints.indices where nodes[node].endpoints[index].known == methodID {
      guard methodID == .other else { return nodes[node].endpoints[index].endpoint }
      let candidate = nodes[node].endpoints[index]
      if ByteClass.equals(method, candidate.method.rawValue) { return candidate.endpoint }
    }
    if methodID == .head {
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
    for (literal, child) in nodes[node].literals where RouteTable.equals(segment, literal) { return child }
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
