internal import Logging

/// What all connections of a server share and nobody changes.
final class ConnectionContext: Sendable {
  let limits: WireLimits
  let timeouts: ConnectionTimeouts
  let routes: RouteTable
  let errorResponse: @Sendable (HTTPError) -> Response
  let logger: Logger
  let onRefusal: @Sendable (RefusedRequest) -> Void

  init(
    limits: WireLimits,
    timeouts: ConnectionTimeouts,
    routes: RouteTable,
    errorResponse: @escaping @Sendable (HTTPError) -> Response,
    logger: Logger,
    onRefusal: @escaping @Sendable (RefusedRequest) -> Void
  ) {
    self.limits = limits
    self.timeouts = timeouts
    self.routes = routes
    self.errorResponse = errorResponse
    self.logger = logger
    self.onRefusal = onRefusal
  }
}
