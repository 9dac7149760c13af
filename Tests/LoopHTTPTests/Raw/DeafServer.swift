@testable import LoopHTTP

/// Answers each connection as soon as it stands, reads nothing and stays.
actor DeafServer: LoopActor {
  nonisolated let loop: EventLoop
  private let answer: String
  private var listener: TCPListener?
  private var connections: [TCPStream] = []

  init(loop: EventLoop, answer: String) {
    self.loop = loop
    self.answer = answer
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
    guard let stream = try? listener?.accept() else { return }
    connections.append(stream)
    _ = try? stream.tryWrite(answer.utf8.span)
  }

  /// Closes everything.
  func stop() {
    listener?.close()
    for connection in connections { connection.close() }
  }
}

/// A server that answers at once and reads nothing; afterwards nothing may be left open.
func againstDeafServer(answering answer: String, _ body: (HTTPClient, ClientURL) async throws -> Void) async throws {
  let group = try EventLoopGroup(loopCount: 1)
  let server = DeafServer(loop: group.loops[0], answer: answer)
  let url = try ClientURL("http://\(try await server.listen())/")
  try await withClient(of: group, stopping: { await server.stop() }) { try await body($0, url) }
}
