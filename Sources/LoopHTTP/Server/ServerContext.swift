internal import Logging

/// What the parts of a server share and nobody changes.
final class ServerContext: Sendable {
  let configuration: ServerConfiguration
  let connections: ConnectionContext
  let logger: Logger
  /// Requests that one loop may have in work: its share of the server's limit, because a count of all loops would be one place
  /// that each of them writes to for each request.
  let requestsPerLoop: Int
  /// Its share of the connections, which the system gives to the loops by chance.
  let connectionsPerLoop: Int

  init(
    configuration: ServerConfiguration,
    router: Router,
    middleware: [any Middleware],
    logger: Logger,
    onRefusal: @escaping @Sendable (RefusedRequest) -> Void,
    loopCount: Int
  ) {
    precondition(configuration.limits.bodyBytes >= 0, "limits.bodyBytes is not negative")
    self.configuration = configuration
    self.logger = logger
    requestsPerLoop = max(1, configuration.maximumRequests / loopCount)
    connectionsPerLoop = max(1, configuration.maximumConnections / loopCount)
    connections = ConnectionContext(
      limits: configuration.limits,
      timeouts: ConnectionTimeouts(
        head: configuration.headTimeout.nanoseconds,
        idle: configuration.idleTimeout.nanoseconds,
        write: configuration.writeTimeout.nanoseconds,
        bodyGrace: configuration.bodyGrace.nanoseconds,
        minimumBodyRate: configuration.minimumBodyRate,
        handler: configuration.handlerTimeout?.nanoseconds
      ),
      routes: RouteTable(router, inside: middleware),
      errors: ErrorAnswer(render: router.errorResponse, logger: logger),
      logger: logger,
      onRefusal: onRefusal
    )
  }
}
