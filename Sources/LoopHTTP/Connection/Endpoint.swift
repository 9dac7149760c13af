/// Answers a request. It runs on the connection's loop and stays there; a handler that waits uses the request's loop.
public typealias Handler = nonisolated(nonsending) @Sendable (Request) async throws -> Response

/// Answers a request without waiting for anything. It runs on the connection's loop, which does nothing else meanwhile, and
/// mostly outside of any task.
public typealias SynchronousHandler = @Sendable (Request) throws -> Response

/// How a route answers.
public enum RouteHandler: Sendable {
  /// Without waiting.
  case synchronous(SynchronousHandler)
  /// Waiting where it has to.
  case asynchronous(Handler)
}

/// What a route asks of the server besides its handler.
public struct RouteOptions: Sendable, Hashable {
  /// Longest body in bytes; nil takes the server's limit.
  public var bodyLimit: Int?
  /// Whether a client that ends its side of the stream means to leave, so that the handler's task is cancelled. HTTP
  /// itself lets a half-closed client wait for its answer, which is the default; a reset cancels always. The end is behind all
  /// that the client has sent: where more has come than there is room for, and the handler does not read it, it is not seen.
  public var cancelsWhenClientEnds: Bool
  /// Whether it answers also above `ServerConfiguration.maximumRequests`: for probes, which tell of the load and make none.
  public var isAnsweredUnderOverload: Bool

  /// By default nothing special.
  public init(bodyLimit: Int? = nil, cancelsWhenClientEnds: Bool = false, isAnsweredUnderOverload: Bool = false) {
    self.bodyLimit = bodyLimit
    self.cancelsWhenClientEnds = cancelsWhenClientEnds
    self.isAnsweredUnderOverload = isAnsweredUnderOverload
  }
}

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

/// The values that stood at a template's `{name}` and `{name...}` segments, percent-decoded.
public struct RouteParameters: Sendable, Hashable {
  var pairs: [Pair] = []

  struct Pair: Sendable, Hashable {
    var name: String
    var value: String
  }

  mutating func append(_ name: String, _ value: Span<UInt8>) {
    pairs.append(Pair(name: name, value: PercentDecoding.decode(value, plusIsSpace: false)))
  }

  /// Takes back what a way that led nowhere has added.
  mutating func removeLast(to count: Int) {
    if pairs.count > count { pairs.removeSubrange(count...) }
  }

  /// The value of `{name}` or `{name...}`; nil where the template has no such segment.
  public subscript(name: String) -> String? {
    pairs.first { $0.name == name }?.value
  }

  /// The value of `{name}` as a number or the like; nil also where it is none.
  public subscript<Value: LosslessStringConvertible>(name: String, as type: Value.Type) -> Value? {
    self[name].flatMap { Value($0) }
  }
}
