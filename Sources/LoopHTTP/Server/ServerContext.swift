internal import Logging

/// What all connections of a server share and nobody changes.
final class ServerContext: Sendable {
  let configuration: ServerConfiguration
  let routes: RouteTable
  let errorResponse: @Sendable (HTTPError) -> Response
  let logger: Logger
  let onRefusal: @Sendable (RefusedRequest) -> Void
  /// Requests that one loop may have in work.
  let requestsPerLoop: Int
  let connectionsPerLoop: Int
  let headTimeout: UInt64
  let idleTimeout: UInt64
  let writeTimeout: UInt64

  init(
    configuration: ServerConfiguration,
    router: Router,
    middleware: [any Middleware],
    logger: Logger,
    onRefusal: @escaping @Sendable (RefusedRequest) -> Void,
    loopCount: Int
  ) {
    self.configuration = configuration
    routes = RouteTable(router, inside: middleware)
    self.logger = logger
    self.onRefusal = onRefusal
    errorResponse = router.errorResponse
    requestsPerLoop = max(1, configuration.maximumRequests / loopCount)
    connectionsPerLoop = max(1, configuration.maximumConnections / loopCount)
    headTimeout = configuration.headTimeout.nanoseconds
    idleTimeout = configuration.idleTimeout.nanoseconds
    writeTimeout = configuration.writeTimeout.nanoseconds
  }
}
