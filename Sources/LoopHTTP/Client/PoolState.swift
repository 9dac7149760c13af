/// Which connections to one origin are idle, how many there are, who waits. Pure: it names connections and callers, and
/// its answers tell the driver what to do.
struct PoolState<Connection, Waiter> {
  /// What a caller does next.
  enum Acquisition {
    case use(Connection)
    /// Open a new one; a failure must be reported with `connectionEnded`.
    case open
    /// The waiter has been stored.
    case wait
    case refuse
  }

  /// What follows from a connection's end or return.
  enum Consequence {
    case nothing
    /// Give the connection to this caller.
    case handOver(Connection, Waiter)
    /// This caller may open a new one.
    case letOpen(Waiter)
  }

  let connectionLimit: Int
  let waiterLimit: Int
  /// Idle and busy ones, and those being opened.
  private(set) var connectionCount = 0
  private var idle: [(id: Int, connection: Connection)] = []
  private var waiters = WaitingLine<Waiter>()

  init(connectionLimit: Int, waiterLimit: Int) {
    self.connectionLimit = connectionLimit
    self.waiterLimit = waiterLimit
  }

  var idleConnections: [Connection] { idle.map(\.connection) }
  var isUnused: Bool { connectionCount == 0 && waiters.isEmpty }

  /// The connection used last is the one least likely to have been closed by the server.
  mutating func acquire(waiterID: Int, _ waiter: Waiter) -> Acquisition {
    if let last = idle.popLast() { return .use(last.connection) }
    if connectionCount < connectionLimit {
      connectionCount += 1
      return .open
    }
    guard waiters.count < waiterLimit else { return .refuse }
    waiters.append(waiter, id: waiterID)
    return .wait
  }

  /// A connection is free and can be used again.
  mutating func release(id: Int, _ connection: Connection) -> Consequence {
    guard let waiter = waiters.popFirst() else {
      idle.append((id, connection))
      return .nothing
    }
    return .handOver(connection, waiter)
  }

  /// A connection that was busy, or never came about, is gone.
  mutating func connectionEnded() -> Consequence {
    guard let waiter = waiters.popFirst() else {
      connectionCount -= 1
      return .nothing
    }
    return .letOpen(waiter)
  }

  /// An idle connection is gone; false where it was not idle.
  mutating func removeIdle(id: Int) -> Bool {
    guard let index = idle.firstIndex(where: { $0.id == id }) else { return false }
    idle.remove(at: index)
    connectionCount -= 1
    return true
  }

  /// A caller no longer waits; false where it had been served already.
  mutating func removeWaiter(id: Int) -> Bool {
    waiters.remove(id: id)
  }
}
