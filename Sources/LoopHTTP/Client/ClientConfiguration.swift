/// What a client may hold and for how long.
public struct ClientConfiguration: Sendable {
  /// Open connections to one origin, per loop; further requests wait for one.
  public var connectionsPerOrigin = 64
  /// Requests that may wait for a connection to one origin, per loop; one more fails at once.
  public var waitersPerOrigin = 10_000
  /// An unused connection is closed after this time: before servers usually do (60 s), so that a reuse seldom fails.
  public var idleTimeout = Duration.seconds(15)
  /// Time for a connection to one address. A name's next address is tried as soon as one has failed, or has been silent for 250 ms
  /// (RFC 8305 §5).
  public var connectTimeout = Duration.seconds(2)
  /// Bounds on a response's head; its body has the request's own limit.
  public var limits = WireLimits()
  /// The `User-Agent` field of requests that have none.
  public var userAgent = "LoopHTTP"

  /// The defaults of each property.
  public init() {}
}
