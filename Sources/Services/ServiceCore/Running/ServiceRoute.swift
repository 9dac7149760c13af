public import HTTPTypes
public import LoopHTTP

/// A route of a service and its description, so that one cannot be without the other.
public struct ServiceRoute: Sendable {
  /// GET answers HEAD as well.
  public var method: HTTPRequest.Method
  /// The template.
  public var path: String
  /// What `/openapi.json` says of it.
  public var operation: APIOperation
  /// What it asks of the server.
  public var options: RouteOptions
  /// Whether its requests make spans. Those by which traces are looked at do not: they would bury what is looked for.
  public var isTraced: Bool
  /// Answers its requests.
  public var handler: RouteHandler

  /// A route, by default for GET.
  public init(
    _ path: String,
    _ operation: APIOperation,
    method: HTTPRequest.Method = .get,
    options: RouteOptions = RouteOptions(),
    isTraced: Bool = true,
    handler: @escaping Handler
  ) {
    self.init(path, operation, method, options, isTraced, .asynchronous(handler))
  }

  /// A route whose handler never waits.
  public init(
    _ path: String,
    _ operation: APIOperation,
    method: HTTPRequest.Method = .get,
    options: RouteOptions = RouteOptions(),
    isTraced: Bool = true,
    handler: @escaping SynchronousHandler
  ) {
    self.init(path, operation, method, options, isTraced, .synchronous(handler))
  }

  private init(
    _ path: String,
    _ operation: APIOperation,
    _ method: HTTPRequest.Method,
    _ options: RouteOptions,
    _ isTraced: Bool,
    _ handler: RouteHandler
  ) {
    self.method = method
    self.path = path
    self.operation = operation
    self.options = options
    self.isTraced = isTraced
    self.handler = handler
  }

  /// Routes that machines ask for all day: neither traced nor counted.
  static let probes: Set<String> = ["/metrics", "/livez", "/readyz"]
}
