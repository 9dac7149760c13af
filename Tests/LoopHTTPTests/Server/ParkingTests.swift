import Testing

@testable import LoopHTTP

/// Connections beyond the warm ones: they lose their task and nobody can tell.
@Suite(.timeLimit(.minutes(1))) struct ParkingTests {
  private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

  /// `count` connections that have each had one answer, all but two of them parked by then.
  private func onConnections(
    _ count: Int,
    configure: (inout ServerConfiguration) -> Void = { _ in },
    _ body: @Sendable ([RawClient], TestServer) async throws -> Void
  ) async throws {
    let ledgers = try await withServer {
      $0.get("/") { _ in Response("here") }
    } configure: {
      $0.warmConnections = 1
      configure(&$0)
    } _: { server in
      var clients: [RawClient] = []
      for _ in 0..<count {
        let client = try await RawClient.connect(to: server.address, on: server.group.loops[0])
        clients.append(client)
        try await Self.ask(client)
      }
      try await body(clients, server)
      for client in clients { await client.close() }
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  private static func ask(_ client: RawClient) async throws {
    await client.forget()
    try await client.send(get)
    #expect(await client.received(until: "here").count(of: "HTTP/1.1 200 OK\r\n") == 1)
  }

  @Test func parkedConnectionsAnswerAgainAndAgain() async throws {
    try await onConnections(20) { clients, _ in
      for _ in 0..<3 {
        for client in clients { try await Self.ask(client) }
      }
    }
  }

  @Test func aHeadInPiecesWakesAParkedConnection() async throws {
    try await onConnections(8) { clients, _ in
      await clients[0].forget()
      for piece in ["GET / HT", "TP/1.1\r\nHo", "st: a\r\n\r\n"] { try await clients[0].send(piece) }
      #expect(await clients[0].received(until: "here").contains("200 OK"))
    }
  }

  @Test func clientsOfParkedConnectionsMayLeave() async throws {
    try await onConnections(12) {
      $0.maximumConnections = 12
    } _: { clients, server in
      for client in clients.prefix(6) { await client.close() }
      for client in clients.suffix(6) { try await Self.ask(client) }
      // They leave their places to others.
      for _ in 0..<6 {
        let next = try await RawClient.connect(to: server.address, on: server.group.loops[0])
        try await Self.ask(next)
        await next.close()
      }
    }
  }

  @Test func aResetRightBehindARequestOfAParkedConnectionCancelsIt() async throws {
    let log = EventLog()
    let ledgers = try await withServer { router in
      router.get("/") { _ in Response("here") }
      router.get("/first") { _ in
        log.append("first")
        return Response()
      }
      router.get("/slow") { request in
        defer { log.append(Task.isCancelled ? "cancelled" : "finished") }
        try await request.loop.sleep(for: .seconds(5))
        return Response()
      }
    } configure: {
      $0.warmConnections = 1
    } _: { server in
      let leaving = try BlockingSocket(to: server.address)
      try leaving.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      for _ in 0..<8 {
        let other = try await RawClient.connect(to: server.address, on: server.group.loops[0])
        try await Self.ask(other)
        await other.close()
      }
      try await server.whileStopped {
        try leaving.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        leaving.reset()
      }
      await log.wait(for: 2)
    }
    #expect(log.events == ["first", "cancelled"])
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test func anIdleTimeoutEndsParkedConnections() async throws {
    try await onConnections(8) {
      // Long enough for every connection to be asked once before.
      $0.idleTimeout = .seconds(2)
    } _: { clients, _ in
      for client in clients { _ = await client.receivedToEnd() }
    }
  }

  @Test func aServerThatStopsEndsParkedConnections() async throws {
    try await onConnections(8) { clients, server in
      await server.server.shutdown(timeout: .seconds(10))
      for client in clients { _ = await client.receivedToEnd() }
    }
  }

  @Test func aCancelledServerEndsParkedConnections() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    var router = Router()
    router.get("/") { _ in Response("here") }
    var configuration = ServerConfiguration(port: 0)
    configuration.warmConnections = 1
    let server = try HTTPServer(router: router, configuration: configuration, group: group)
    let address = try await server.bind()
    let running = Task { try await server.run() }
    var clients: [RawClient] = []
    for _ in 0..<8 {
      let client = try await RawClient.connect(to: address, on: group.loops[0])
      clients.append(client)
      try await Self.ask(client)
    }
    running.cancel()
    try await running.value
    for client in clients {
      _ = await client.receivedToEnd()
      await client.close()
    }
    #expect(await group.shutdown().filter { !$0.isBalanced } == [])
  }
}
