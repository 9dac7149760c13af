internal import Logging

/// What all connections of a server share and nobody changes.
struct ServerContext: Sendable {
  let configuration: ServerConfiguration
  /// Its endpoints have the middlewares around them.
  let router: Router
  let errorResponse: @Sendable (HTTPError) -> Response
  let logger: Logger
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
    loopCount: Int
  ) {
    self.configuration = configuration
    self.router = router.wrapped(in: middleware)
    self.logger = logger
    errorResponse = router.errorResponse
    requestsPerLoop = max(1, configuration.maximumRequests / loopCount)
    connectionsPerLoop = max(1, configuration.maximumConnections / loopCount)
    headTimeout = configuration.headTimeout.nanoseconds
    idleTimeout = configuration.idleTimeout.nanoseconds
    writeTimeout = configuration.writeTimeout.nanoseconds
  }
}
