/// A connection that idles while many others come has no task: the frames of one that waits take more memory than all the
/// rest of a connection. The next bytes start a new one.
extension Connection {
  /// How the connection stands in the server's queue of those that keep their task; forgets that it was used.
  func lookForUse() -> SecondChanceQueue<ObjectIdentifier>.State {
    guard phase == .idle || phase == .responding else { return .gone }
    let state: SecondChanceQueue<ObjectIdentifier>.State = wasUsed || phase == .responding || !canPark ? .used : .unused
    wasUsed = false
    return state
  }

  /// Asks the serving task to leave the connection alone.
  func requestParking() {
    guard phase == .idle, canPark, news.isAwaited else { return }
    isToBeParked = true
    news.wake()
  }

  private var canPark: Bool {
    stream.readState == .open && !stream.isClosing && stream.inboundCount == 0 && !reader.value.parser.hasStartedHead
      && !isDraining
  }

  /// In the serving task: whether it may go, because nothing has happened since it was asked to.
  func park() -> Bool {
    isToBeParked = false
    guard phase == .idle, canPark else { return false }
    phase = .parked
    return true
  }

  /// The client has spoken, or left.
  func unpark() {
    guard stream.readState == .open else { return endParked() }
    phase = .idle
    owner.resume(self)
  }

  /// Ends a connection that no task serves and nobody waits for.
  func endParked() {
    phase = .closing
    end()
    owner.ended(self)
  }
}
