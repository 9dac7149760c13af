internal import HTTPTypes

/// All routes when nothing is added any more, with the middlewares around every answer, also around those of no route. Flat
/// arrays of plain numbers: a look-up touches no reference count.
final class RouteTable: Sendable {
  /// The index of an endpoint in its table.
  typealias EndpointIndex = Int

  /// What one path segment after the other leads to.
  private struct Node {
    var literals: Range<Int>
    var parameter: (name: Int, node: Int)?
    var methods: Range<Int>
    var methodNotAllowed: EndpointIndex?
  }

  private struct Literal {
    var text: Range<Int>
    var node: Int
  }

  private struct Method {
    var known: KnownMethod
    var text: Range<Int>
    var endpoint: EndpointIndex
  }

  /// Every answer there is.
  let endpoints: [Endpoint]
  /// What each asks of the server, and its `respondAtOnce`: here, so that a request counts no reference to its endpoint.
  let options: [RouteOptions]
  let immediate: [@Sendable (Request) throws -> Response?]
  let overloaded: EndpointIndex
  private let notFound: EndpointIndex
  private let redirect: EndpointIndex
  private let nodes: [Node]
  private let literals: [Literal]
  private let methods: [Method]
  /// The literals and the names of methods, one after the other.
  private let text: [UInt8]
  private let parameterNames: [String]

  /// Takes a tree, its root first. `wrap` puts the middlewares around a handler and is called once for each.
  init(
    _ tree: [RouteNode],
    notFound: Endpoint,
    overloaded: Endpoint,
    wrap: @escaping (RouteHandler) -> RouteHandler
  ) {
    var builder = Builder(wrap: wrap)
    self.notFound = builder.add(notFound)
    redirect = builder.add(RouteTable.redirectToPathWithoutSlash)
    self.overloaded = builder.add(overloaded)
    for node in tree { builder.add(node) }
    endpoints = builder.endpoints
    options = endpoints.map(\.options)
    immediate = endpoints.map(\.respondAtOnce)
    nodes = builder.nodes
    literals = builder.literals
    methods = builder.methods
    text = builder.text
    parameterNames = builder.parameterNames
  }

  /// The endpoint for a request, always one. `path` and `method` lie in `bytes`, the request's head.
  func match(
    _ bytes: Span<UInt8>,
    path: Range<Int>,
    method: Range<Int>,
    _ methodID: KnownMethod
  ) -> (endpoint: EndpointIndex, parameters: RouteParameters) {
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

  private func endpoint(at node: Int, _ name: Span<UInt8>, _ methodID: KnownMethod) -> EndpointIndex? {
    // Methods that are not among the usual ones are told apart by their text.
    for index in nodes[node].methods where methods[index].known == methodID {
      guard methodID == .other, !isEqual(name, methods[index].text) else { return methods[index].endpoint }
    }
    if methodID == .head {
      for index in nodes[node].methods where methods[index].known == .get { return methods[index].endpoint }
    }
    return nodes[node].methodNotAllowed
  }

  /// The node that `path` leads to; without routes of its own it counts as none.
  private func find(_ bytes: borrowing Span<UInt8>, _ path: Range<Int>, _ parameters: inout RouteParameters) -> Int? {
    let bytes = bytes.extracting(path)
    var node = 0
    var start = min(1, bytes.count)
    while true {
      let end = bytes.firstIndex(of: UInt8(ascii: "/"), from: start)
      guard let next = step(from: node, bytes.extracting(start..<end), &parameters) else { return nil }
      node = next
      guard end < bytes.count else { break }
      start = end + 1
    }
    return nodes[node].methods.isEmpty ? nil : node
  }

  private func step(from node: Int, _ segment: borrowing Span<UInt8>, _ parameters: inout RouteParameters) -> Int? {
    for index in nodes[node].literals where matches(segment, literals[index].text) { return literals[index].node }
    guard let parameter = nodes[node].parameter, !segment.isEmpty else { return nil }
    let value = PercentDecoding.decode(segment, plusIsSpace: false)
    parameters.pairs.append(RouteParameters.Pair(name: parameterNames[parameter.name], value: value))
    return parameter.node
  }

  /// Compares decoded: `/d%69ce` is `/dice` (RFC 3986 §6.2.2.2).
  private func matches(_ segment: Span<UInt8>, _ literal: Range<Int>) -> Bool {
    guard segment.count > literal.count else { return isEqual(segment, literal) }
    for index in segment.indices where segment[index] == UInt8(ascii: "%") {
      return isEqual(Array(PercentDecoding.decode(segment, plusIsSpace: false).utf8).span, literal)
    }
    return false
  }

  private func isEqual(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    bytes.equals(text, range)
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

extension RouteTable {
  /// Lays a tree out, node by node.
  private struct Builder {
    let wrap: (RouteHandler) -> RouteHandler
    var endpoints: [Endpoint] = []
    var nodes: [Node] = []
    var literals: [Literal] = []
    var methods: [Method] = []
    var text: [UInt8] = []
    var parameterNames: [String] = []

    init(wrap: @escaping (RouteHandler) -> RouteHandler) {
      self.wrap = wrap
    }

    mutating func add(_ endpoint: Endpoint) -> EndpointIndex {
      endpoints.append(endpoint.wrapped(wrap))
      return endpoints.count - 1
    }

    mutating func add(_ node: RouteNode) {
      let (firstLiteral, firstMethod) = (literals.count, methods.count)
      for (segment, child) in node.literals { literals.append(Literal(text: add(segment), node: child)) }
      for (method, known, endpoint) in node.endpoints {
        methods.append(Method(known: known, text: add(Array(method.rawValue.utf8)), endpoint: add(endpoint)))
      }
      let parameter = node.parameter.map { parameter in
        parameterNames.append(parameter.name)
        return (parameterNames.count - 1, parameter.node)
      }
      nodes.append(
        Node(
          literals: firstLiteral..<literals.count,
          parameter: parameter,
          methods: firstMethod..<methods.count,
          methodNotAllowed: node.methodNotAllowed.map { add($0) }
        )
      )
    }

    private mutating func add(_ bytes: [UInt8]) -> Range<Int> {
      text += bytes
      return (text.count - bytes.count)..<text.count
    }
  }
}
