internal import HTTPTypes

/// All routes when nothing is added any more, with the middlewares around every answer, also around those of no route. Flat
/// arrays of plain numbers: a look-up touches no reference count.
final class RouteTable: Sendable {
  /// The index of an endpoint in its table.
  typealias EndpointIndex = Int

  /// What one path segment after the other leads to.
  private struct Node {
    var literals: Range<Int>
    /// Whether it has more than literals.
    var isBranching: Bool
    var parameter: (name: Int, node: Int)?
    var rest: (name: Int, node: Int)?
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
  private let serverOptions: EndpointIndex
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
    serverOptions: Endpoint,
    wrap: @escaping (RouteHandler) -> RouteHandler
  ) {
    var builder = Builder(wrap: wrap)
    self.notFound = builder.add(notFound)
    redirect = builder.add(RouteTable.redirectToPathWithoutSlash)
    self.overloaded = builder.add(overloaded)
    self.serverOptions = builder.add(serverOptions)
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
    if methodID == .options, bytes.extracting(path).equals("*") { return (serverOptions, parameters) }
    let segments = bytes.extracting(path)
    if let node = find(segments, from: min(1, path.count), at: 0, &parameters),
      let endpoint = endpoint(at: node, bytes.extracting(method), methodID)
    {
      return (endpoint, parameters)
    }
    if path.count > 1, bytes[path.upperBound - 1] == UInt8(ascii: "/") {
      parameters = RouteParameters()
      let shorter = segments.extracting(first: path.count - 1)
      if let node = find(shorter, from: 1, at: 0, &parameters), nodes[node].methodNotAllowed != nil {
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

  /// The node that a path leads to, of which `bytes` are left from `start` on; without routes of its own it counts as none. At each
  /// segment a literal goes before a parameter and that before the rest of the path; where one leads nowhere in the end, the
  /// next is tried. A tree has one way to each node, so that no node is looked at twice, whatever the path.
  private func find(
    _ bytes: borrowing Span<UInt8>,
    from start: Int,
    at node: Int,
    _ parameters: inout RouteParameters
  ) -> Int? {
    var (node, start) = (node, start)
    while !nodes[node].isBranching {
      let end = bytes.firstIndex(of: UInt8(ascii: "/"), from: start)
      guard let next = literal(at: node, bytes.extracting(start..<end)) else { return nil }
      guard end < bytes.count else { return routed(next) }
      (node, start) = (next, end + 1)
    }
    return findBranch(bytes, from: start, at: node, &parameters)
  }

  private func findBranch(
    _ bytes: borrowing Span<UInt8>,
    from start: Int,
    at node: Int,
    _ parameters: inout RouteParameters
  ) -> Int? {
    let end = bytes.firstIndex(of: UInt8(ascii: "/"), from: start)
    if let literal = literal(at: node, bytes.extracting(start..<end)),
      let found = continued(bytes, end, at: literal, &parameters)
    {
      return found
    }
    if let parameter = nodes[node].parameter, end > start {
      let count = parameters.pairs.count
      parameters.append(parameterNames[parameter.name], bytes.extracting(start..<end))
      if let found = continued(bytes, end, at: parameter.node, &parameters) { return found }
      parameters.removeLast(to: count)
    }
    guard let rest = nodes[node].rest else { return nil }
    parameters.append(parameterNames[rest.name], bytes.extracting(start..<bytes.count))
    return routed(rest.node)
  }

  private func continued(
    _ bytes: borrowing Span<UInt8>,
    _ end: Int,
    at node: Int,
    _ parameters: inout RouteParameters
  ) -> Int? {
    guard end < bytes.count else { return routed(node) }
    return find(bytes, from: end + 1, at: node, &parameters)
  }

  private func routed(_ node: Int) -> Int? { nodes[node].methods.isEmpty ? nil : node }

  private func literal(at node: Int, _ segment: borrowing Span<UInt8>) -> Int? {
    for index in nodes[node].literals where matches(segment, literals[index].text) { return literals[index].node }
    return nil
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

  /// To a path alone: what the client used to reach it, a proxy's `https` among it, stays as it is (RFC 9110 §10.2.2). A path
  /// that begins with two slashes would name another host (RFC 3986 §4.2), and browsers take a backslash for one.
  private static let redirectToPathWithoutSlash = Endpoint(template: nil) { request in
    var response = Response(status: .temporaryRedirect)
    let path = request.path.dropLast()
    let isAmbiguous = path.dropFirst().first.map { $0 == "/" || $0 == "\\" } ?? false
    response.append(.location, (isAmbiguous ? "/." : "") + path + (request.query.map { "?\($0)" } ?? ""))
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
      nodes.append(
        Node(
          literals: firstLiteral..<literals.count,
          isBranching: node.parameter != nil || node.rest != nil,
          parameter: node.parameter.map { add($0) },
          rest: node.rest.map { add($0) },
          methods: firstMethod..<methods.count,
          methodNotAllowed: node.methodNotAllowed.map { add($0) }
        )
      )
    }

    private mutating func add(_ parameter: (name: String, node: Int)) -> (name: Int, node: Int) {
      parameterNames.append(parameter.name)
      return (parameterNames.count - 1, parameter.node)
    }

    private mutating func add(_ bytes: [UInt8]) -> Range<Int> {
      text += bytes
      return (text.count - bytes.count)..<text.count
    }
  }
}
