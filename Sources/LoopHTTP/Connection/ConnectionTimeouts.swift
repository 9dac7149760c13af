/// How long a connection waits for its client, and its client for a handler, in nanoseconds.
struct ConnectionTimeouts: Sendable {
  /// For the rest of a head that has begun.
  let head: UInt64
  /// For the next request.
  let idle: UInt64
  /// For the client to take some of a response.
  let write: UInt64
  /// For a body, before its rate counts.
  let bodyGrace: UInt64
  /// Slowest a body may come after that, in bytes per second.
  let minimumBodyRate: Int
  /// For a handler that waits to answer; nil without limit.
  let handler: UInt64?
}
