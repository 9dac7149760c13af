internal import Logging

/// A server's part on one loop: its listener and its connections, all on that loop.
actor LoopServer: ConnectionOwner {
  nonisolated let loop: EventLoop

  private let context: ServerContext
  private var listener: TCPListener?
  private var accepted: [TCPStream] = []
  /// Parked connections whose clients have spoken.
  private var resumed: [Connection] = []
  private var connections: [ObjectIdentifier: Connection] = [:]
  /// Those that keep their serving task while they idle; by name, so that no connection outlives its end here.
  private var warm = SecondChanceQueue<ObjectIdentifier>()
  private var connectionCount = 0
  private var hasWaitingConnection = false
  private var isStopping = false
  private var alarm = DescriptorAlarm()
  private let news: WaitPoint
  private let shared: LoopShared<SharedState>
  /// Runs out when draining has taken too long.
  private var patience: TimerEntry?

  init(loop: EventLoop, context: ServerContext) {
    self.loop = loop
    self.context = context
    news = WaitPoint(loop: loop)
    shared = LoopShared(SharedState(requests: RequestCounter(limit: context.requestsPerLoop)))
  }

  /// Starts to listen; connections wait until `run`. Returns the bound address.
  func listen(on address: SocketAddress, sharing: TCPListener.Sharing) throws(UVError) -> SocketAddress {
    let listener = try TCPListener(
      loop: loop,
      address: address,
      backlog: context.configuration.backlog,
      sharing: sharing
    ) { [weak self] _, error in
      self?.onLoop { $0.connectionWaits(error) }
    }
    self.listener = listener
    return listener.localAddress ?? address
  }

  /// Serves connections until `drain` or `abort`, and until all of them have ended.
  func run() async {
    await withDiscardingTaskGroup { tasks in
      repeat {
        if accepted.isEmpty, resumed.isEmpty, !isStopping { await news.wait() }
        for connection in takeAccepted() + takeResumed() {
          tasks.addTask(executorPreference: loop) { await self.serve(connection) }
        }
      } while !isStopping
    }
    if let patience { loop.timers?.cancel(patience) }
  }

  private func takeAccepted() -> [Connection] {
    let streams = accepted
    accepted = []
    return streams.map { stream in
      let connection = Connection(stream: stream, owner: self, shared: shared, context: context.connections)
      connections[ObjectIdentifier(connection)] = connection
      connectionCount += 1
      return connection
    }
  }

  private func takeResumed() -> [Connection] {
    let connections = resumed
    resumed = []
    return connections
  }

  private func serve(_ connection: Connection) async {
    keepWarm(connection)
    if isStopping { await connection.drain() }
    if await connection.serve() { remove(connection) }
  }

  private func keepWarm(_ connection: Connection) {
    let most = context.configuration.warmConnections
    let idle = warm.append(ObjectIdentifier(connection), most: most, looks: LoopServer.looks) { name in
      connections[name]?.onLoop { $0.lookForUse() } ?? .gone
    }
    for name in idle { connections[name]?.onLoop { $0.requestParking() } }
  }

  /// Each connection is looked at twice before it is parked: with more looks for each new one the queue stays short.
  private static let looks = 4

  nonisolated func resume(_ connection: Connection) {
    onLoop { server in
      server.resumed.append(connection)
      server.news.wake()
    }
  }

  nonisolated func ended(_ connection: Connection) {
    onLoop { $0.remove(connection) }
  }

  private func remove(_ connection: Connection) {
    connections[ObjectIdentifier(connection)] = nil
    connectionCount -= 1
    if hasWaitingConnection { accept() }
  }

  private func connectionWaits(_ error: UVError?) {
    guard error == nil else { return report(error) }
    accept()
  }

  /// At the limit the connection is left waiting, and libuv asks for no more until it is taken.
  private func accept() {
    guard let listener, !isStopping else { return }
    guard connectionCount + accepted.count < context.connectionsPerLoop else {
      hasWaitingConnection = true
      return
    }
    hasWaitingConnection = false
    do throws(UVError) {
      let stream = try listener.accept()
      accepted.append(stream)
      let limit = DescriptorLimit.current()
      if let descriptor = stream.descriptor, alarm.isLast(descriptor, limit: limit) {
        context.logger.warning("Out of file descriptors", metadata: ["limit": .stringConvertible(limit)])
      }
      news.wake()
    } catch {
      report(error)
    }
  }

  private func report(_ error: UVError?) {
    guard let error, error != .wouldBlock else { return }
    context.logger.warning("Connection not accepted", metadata: ["error": "\(error)"])
  }

  // MARK: Stopping

  /// No new connections; idle ones end, busy ones after their response, or are cancelled after the time given.
  func drain(abortingAfter timeout: Duration) {
    isStopping = true
    let deadline = EventLoop.monotonicNanoseconds() + timeout.nanoseconds
    patience = loop.timers.map { $0.schedule(at: deadline, Patience(server: self)) }
    acceptQueued()
    closeListener()
    for connection in connections.values { connection.onLoop { $0.drain() } }
    news.wake()
  }

  /// Whose connection the system has made takes it for accepted, and would see it reset. Those that wait for a place are among
  /// them: each gets one answer and is gone, so the limit gives way by as many as the system has queued.
  private func acceptQueued() {
    guard let listener else { return }
    do throws(UVError) {
      if hasWaitingConnection { accepted.append(try listener.accept()) }
      // Not those that go on coming meanwhile. To the system a negative backlog is a large one.
      for _ in 0...UInt32(bitPattern: context.configuration.backlog) {
        guard let stream = try listener.acceptQueued() else { return }
        accepted.append(stream)
      }
    } catch {
      report(error)
    }
  }

  private func closeListener() {
    listener?.close()
    listener = nil
  }

  /// Ends at once, also where nobody serves: whatever still runs is cancelled.
  func abort() {
    isStopping = true
    closeListener()
    for stream in accepted { stream.close() }
    accepted = []
    for connection in connections.values { connection.onLoop { $0.abort() } }
    news.wake()
  }
}

/// The end of a drain's time, as a timer's target.
private final class Patience: TimerTarget {
  private let server: LoopServer

  init(server: LoopServer) {
    self.server = server
  }

  func timerFired() {
    server.onLoop { $0.abort() }
  }
}
