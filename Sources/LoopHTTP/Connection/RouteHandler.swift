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
