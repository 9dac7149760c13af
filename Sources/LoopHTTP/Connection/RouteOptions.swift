/// What a route asks of the server besides its handler.
public struct RouteOptions: Sendable, Hashable {
  /// Longest body in bytes; nil takes the server's limit.
  public var bodyLimit: Int?
  /// Whether a client that ends its side of the stream means to leave, so that the handler's task is cancelled. HTTP
  /// itself lets a half-closed client wait for its answer, which is the default; a reset cancels always. The end is behind all
  /// that the client has sent: where more has come than there is room for, and the handler does not read it, it is not seen.
  public var cancelsWhenClientEnds: Bool
  /// Whether the handler's task is cancelled as soon as the server begins to drain, and not only at the end of the time for that: for a
  /// stream that would go on for ever. A closure that then returns has ended its body properly.
  public var cancelsWhenDraining: Bool
  /// Whether it answers also above `ServerConfiguration.maximumRequests`: for probes, which tell of the load and make none.
  public var isAnsweredUnderOverload: Bool
  /// As the server's `handlerTimeout`, which it takes the place of; nil takes the server's.
  public var handlerTimeout: Duration?

  /// By default nothing special.
  public init(
    bodyLimit: Int? = nil,
    cancelsWhenClientEnds: Bool = false,
    cancelsWhenDraining: Bool = false,
    isAnsweredUnderOverload: Bool = false,
    handlerTimeout: Duration? = nil
  ) {
    precondition(bodyLimit ?? 0 >= 0, "a route's bodyLimit is not negative")
    self.bodyLimit = bodyLimit
    self.cancelsWhenClientEnds = cancelsWhenClientEnds
    self.cancelsWhenDraining = cancelsWhenDraining
    self.isAnsweredUnderOverload = isAnsweredUnderOverload
    self.handlerTimeout = handlerTimeout
  }
}
