internal import Logging

/// What all connections of a server share and nobody changes.
final class ConnectionContext: Sendable {
  let limits: WireLimits
  let timeouts: ConnectionTimeouts
  let routes: RouteTable
  let errors: ErrorAnswer
  let logger: Logger
  let onRefusal: @Sendable (RefusedRequest) -> Void

  init(
    limits: WireLimits,
    timeouts: ConnectionTimeouts,
    routes: RouteTable,
    errors: ErrorAnswer,
    logger: Logger,
    onRefusal: @escaping @Sendable (RefusedRequest) -> Void
  ) {
    self.limits = limits
    self.timeouts = timeouts
    self.routes = routes
    self.errors = errors
    self.logger = logger
    self.onRefusal = onRefusal
  }
}
