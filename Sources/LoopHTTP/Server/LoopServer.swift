internal import Logging

/// A server's part on one loop: its listener and its connections, all on that loop.
actor LoopServer: LoopActor {
  nonisolated let loop: EventLoop

  private let context: ServerContext
  private var listener: TCPListener?
  private var accepted: [TCPStream] = []
  private var connections: [ObjectIdentifier: Connection] = [:]
  private var connectionCount = 0
  private var hasWaitingConnection = false
  private var isStopping = false
  private var alarm = DescriptorAlarm()
  private let news: WaitPoint
  private let requests = RequestCounter()
  /// Runs out when draining has taken too long.
  private var patience: TimerEntry?

  init(loop: EventLoop, context: ServerContext) {
    self.loop = loop
    self.context = context
    news = WaitPoint(loop: loop)
  }

  /// Starts to listen; connections wait until `run`. Returns the bound address.
  func listen(on address: SocketAddress, sharesPort: Bool) throws(UVError) -> SocketAddress {
    let listener = try TCPListener(
      loop: loop,
      address: address,
      backlog: context.configuration.backlog,
      sharesPort: sharesPort
    ) { [weak self] _, error in
      self?.assumeIsolated { $0.connectionWaits(error) }
    }
    self.listener = listener
    return listener.localAddress ?? address
  }

  /// Serves connections until `stopAccepting` and all of them have ended.
  func run() async {
    await withDiscardingTaskGroup { tasks in
      while !isStopping {
        for stream in takeAccepted() {
          connectionCount += 1
          tasks.addTask(executorPreference: loop) { await self.serve(stream) }
        }
        if accepted.isEmpty, !isStopping { await news.wait() }
      }
      for stream in takeAccepted() { stream.close() }
    }
    if let patience { loop.timers?.cancel(patience) }
  }

  private func takeAccepted() -> [TCPStream] {
    var streams: [TCPStream] = []
    swap(&streams, &accepted)
    return streams
  }

  private func serve(_ stream: TCPStream) async {
    let connection = Connection(stream: stream, server: self, context: context)
    connections[ObjectIdentifier(connection)] = connection
    if isStopping { await connection.drain() }
    await connection.serve()
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

  // MARK: Requests in work

  nonisolated func beginRequest() -> Bool {
    requests.begin(limit: context.requestsPerLoop)
  }

  nonisolated func endRequest() {
    requests.end()
  }

  // MARK: Stopping

  /// No new connections; idle ones end, busy ones after their response, or are cancelled after the time given.
  func stopAccepting(abortingAfter timeout: Duration? = nil) {
    isStopping = true
    if let timeout {
      let deadline = EventLoop.monotonicNanoseconds() + timeout.nanoseconds
      patience = loop.timers.map { $0.schedule(at: deadline, Patience(server: self)) }
    }
    listener?.close()
    listener = nil
    for connection in connections.values { connection.assumeIsolated { $0.drain() } }
    news.wake()
  }

  /// The end of a listener that nobody serves.
  func abandon() {
    stopAccepting()
    for stream in takeAccepted() { stream.close() }
  }

  /// Whatever still runs is cancelled.
  func abort() {
    for connection in connections.values { connection.assumeIsolated { $0.abort() } }
  }
}

/// The end of a drain's time, as a timer's target.
private final class Patience: TimerTarget {
  private let server: LoopServer

  init(server: LoopServer) {
    self.server = server
  }

  func timerFired() {
    server.assumeIsolated { $0.abort() }
  }
}
