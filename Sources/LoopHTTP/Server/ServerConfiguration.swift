/// How a server listens and what it allows a client.
public struct ServerConfiguration: Sendable {
  /// Address or name to listen on. Loopback unless told otherwise.
  public var host: String
  /// Port to listen on; 0 lets the system choose.
  public var port: UInt16
  /// Connections that may wait to be accepted.
  public var backlog: Int32 = 1024
  /// Bounds on one message.
  public var limits = WireLimits()
  /// A head that has begun must be complete after this time: 408.
  public var headTimeout = Duration.seconds(10)
  /// A connection without a request is closed after this time.
  public var idleTimeout = Duration.seconds(60)
  /// Time that a body has before its rate counts.
  public var bodyGrace = Duration.seconds(10)
  /// Slowest a body may come after `bodyGrace`, in bytes per second: 408.
  public var minimumBodyRate = 256
  /// A client that does not take the response for this time loses the connection.
  public var writeTimeout = Duration.seconds(30)
  /// A handler that has not answered after this time is cancelled, with everything that it waits for, and its client gets 503 at
  /// once, whatever the handler still makes of it. The connection closes when it has come back: one that does not heed its
  /// cancellation holds the server's end. Nil lets handlers take what they need. A streamed body is sent after the handler has
  /// answered, and a handler that never waits cannot be interrupted: neither is limited.
  public var handlerTimeout: Duration?
  /// Open connections, in equal shares for the loops, at least one each; a loop that has its share accepts no more until some have
  /// ended, or the server shuts down. The system gives connections to loops by chance, so one may reach its share before others.
  public var maximumConnections = 50_000
  /// Requests in work, in equal shares for the loops, at least one each; above its share a loop answers 503 with `Retry-After`, unless
  /// the route is answered under overload. A connection has one in work at a time, so only a limit below `maximumConnections`
  /// acts. Where a small limit must be exact, there can be one loop.
  public var maximumRequests = 50_000
  /// Idle connections of one loop that keep their task, some 3 KiB each; of any more, those that were not used of late give
  /// it up and get a new one with their next request.
  public var warmConnections = 1024

  /// The defaults, for an address.
  public init(host: String = "127.0.0.1", port: UInt16 = 8080) {
    self.host = host
    self.port = port
  }
}
