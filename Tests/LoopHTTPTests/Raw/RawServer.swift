@testable import LoopHTTP

/// A server that answers by script: connection i answers its requests with `script[i]`, one text each, and closes after
/// the last; a text that is nil is no answer at all, and the connection stays open.
actor RawServer: LoopActor {
  nonisolated let loop: EventLoop
  private var listener: TCPListener?
  private var script: [[String?]]
  private var connections: [RawClient] = []
  /// The heads that came, in the order of their arrival.
  nonisolated let requests = EventLog()
  /// One event for each connection that its client has ended.
  nonisolated let ends = EventLog()

  var connectionCount: Int { connections.count }

  init(loop: EventLoop, script: [[String?]]) {
    self.loop = loop
    self.script = script
  }

  /// Listens on a free port.
  func listen() throws -> SocketAddress {
    let (listener, address) = try TCPListener.onFreePort(of: loop) { [weak self] in
      self?.assumeIsolated { $0.accept() }
    }
    self.listener = listener
    return address
  }

  private func accept() {
    guard let stream = try? listener?.accept(), !script.isEmpty else { return }
    let connection = RawClient(stream: stream)
    connections.append(connection)
    let answers = script.removeFirst()
    Task(executorPreference: loop) { await self.serve(connection, answers) }
  }

  private func serve(_ connection: RawClient, _ answers: [String?]) async {
    await connection.start()
    for answer in answers {
      let request = await connection.received(until: "\r\n\r\n")
      guard request.contains("\r\n\r\n") else {
        ends.append("ended")
        break
      }
      requests.append(request)
      await connection.forget()
      guard let answer else {
        _ = await connection.receivedToEnd()
        break
      }
      try? await connection.send(answer)
    }
    await connection.close()
  }

  /// Closes the connections there are, and takes more.
  func endConnections() async {
    for connection in connections { await connection.close() }
  }

  /// Closes everything.
  func stop() async {
    listener?.close()
    listener = nil
    await endConnections()
  }
}
