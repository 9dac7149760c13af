import Testing

@testable import LoopHTTP

/// What becomes of those who have connected, and have not asked yet, when the server stops.
@Suite(.timeLimit(.minutes(1))) struct DrainTests {
  /// `count` clients whose connections the system has made when the server stops, before its loop has looked for them.
  private static func queued(_ count: Int, sending text: String, at server: TestServer) async throws -> [BlockingSocket]
  {
    try await server.group.loops[0].run {
      Result {
        let clients = try (0..<count).map { _ in try BlockingSocket(to: server.address) }
        for client in clients where !text.isEmpty { try client.send(text) }
        Task.immediate { await server.server.shutdown() }
        return clients
      }
    }.get()
  }

  private static func expectLastAnswer(_ answer: String) {
    #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.contains("\r\nConnection: close\r\n"))
  }

  private static func time(_ body: () async throws -> Void) async rethrows -> Duration {
    let begin = ContinuousClock.now
    try await body()
    return ContinuousClock.now - begin
  }

  @Test(arguments: ["", "GET /qu", EchoRoutes.quick])
  func connectionsThatTheSystemHasQueuedAreServed(havingSent start: String) async throws {
    let ledgers = try await withServer(EchoRoutes.add) { server in
      _ = try await server.get("/quick")
      let clients = try await Self.queued(20, sending: start, at: server)
      #expect(await !server.accepts())
      for client in clients {
        if start != EchoRoutes.quick { try client.send(String(EchoRoutes.quick.dropFirst(start.count))) }
        Self.expectLastAnswer(await client.receivedToEnd())
        client.close()
      }
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  /// The first of them is in libuv's hands, the others are in the system's.
  @Test func connectionsThatWaitForAPlaceAreServed() async throws {
    let log = EventLog()
    let ledgers = try await withServer { router in
      EchoRoutes.add(&router)
      router.get("/slow") { _ in
        log.append("begun")
        await log.wait(for: 2)
        return Response("slow")
      }
    } configure: {
      $0.maximumConnections = 1
    } _: { server in
      let busy = try BlockingSocket(to: server.address)
      try busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      let waiting = try (0..<3).map { _ in try BlockingSocket(to: server.address) }
      for client in waiting { try client.send(EchoRoutes.quick) }
      await server.catchUp()
      let end = Task.immediate { await server.server.shutdown() }
      for client in waiting {
        Self.expectLastAnswer(await client.receivedToEnd())
        client.close()
      }
      log.append("answered")
      Self.expectLastAnswer(await busy.receivedToEnd())
      busy.close()
      await end.value
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  /// With and without a task of their own.
  @Test(arguments: [1024, 1]) func newConnectionsMayAskOnce(warm: Int) async throws {
    let ledgers = try await withServer(EchoRoutes.add, configure: { $0.warmConnections = warm }) { server in
      _ = try await server.get("/quick")
      let clients = try (0..<20).map { _ in try BlockingSocket(to: server.address) }
      await server.catchUp()
      let end = Task.immediate { await server.server.shutdown() }
      while await server.accepts() {}
      for client in clients {
        try client.send(EchoRoutes.quick)
        Self.expectLastAnswer(await client.receivedToEnd())
        client.close()
      }
      await end.value
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test func aClientThatOnlyConnectsHoldsTheEndForAMoment() async throws {
    let ledgers = try await withServer(EchoRoutes.add) { server in
      _ = try await server.get("/quick")
      let client = try BlockingSocket(to: server.address)
      await server.catchUp()
      let duration = await Self.time { await server.server.shutdown(timeout: .seconds(20)) }
      #expect(duration > .seconds(1) && duration < .seconds(8))
      #expect(await client.receivedToEnd() == "")
      client.close()
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test func thatMomentIsPartOfTheDrainsTime() async throws {
    let ledgers = try await withServer(EchoRoutes.add) { server in
      _ = try await server.get("/quick")
      let client = try BlockingSocket(to: server.address)
      await server.catchUp()
      #expect(try await server.ends(within: .seconds(1), timeout: .milliseconds(50)))
      client.close()
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  /// Browsers and pools open connections that they may never use.
  @Test func aClientThatHasLongBeenSilentDoesNotHoldTheEnd() async throws {
    let ledgers = try await withServer(EchoRoutes.add) { server in
      _ = try await server.get("/quick")
      let client = try BlockingSocket(to: server.address)
      try await server.group.loops[0].sleep(for: .milliseconds(2100))
      #expect(try await server.ends(within: .seconds(1), timeout: .seconds(20)))
      #expect(await client.receivedToEnd() == "")
      client.close()
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test func aDrainThatIsCancelledWaitsForNobody() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    var router = Router()
    let log = EventLog()
    router.get("/begun") { _ in
      log.append("begun")
      return Response()
    }
    let server = try HTTPServer(router: router, configuration: ServerConfiguration(port: 0), group: group)
    let address = try await server.bind()
    let running = Task { try await server.run() }
    let known = try BlockingSocket(to: address)
    try known.send("GET /begun HTTP/1.1\r\nHost: a\r\n\r\n")
    await log.wait(for: 1)
    let queued = try await group.loops[0].run {
      Result {
        let client = try BlockingSocket(to: address)
        Task.immediate { await server.shutdown() }
        running.cancel()
        return client
      }
    }.get()
    #expect(try await group.loops[0].hasClosedAll(within: .seconds(1)) { _ = try? await running.value })
    #expect(await queued.receivedToEnd() == "")
    for client in [known, queued] { client.close() }
    #expect(await group.shutdown()[0].isBalanced)
  }

  /// The time that the server gives would be over long after the test's.
  @Test func aStreamWithoutAnEndCanEndProperlyWhenTheDrainBegins() async throws {
    let log = EventLog()
    let ledgers = try await withServer { router in
      router.get("/events", options: RouteOptions(cancelsWhenDraining: true)) { request in
        var response = Response(
          body: .stream { writer in
            try await writer.write("one")
            try? await request.loop.sleep(for: .seconds(3600))
            log.append("isAborted \(request.isAborted)")
          }
        )
        response.onFinish { outcome in log.append("\(outcome)") }
        return response
      }
    } _: { server in
      let client = try BlockingSocket(to: server.address)
      try client.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(await !client.receive().isEmpty)
      await server.server.shutdown(timeout: .seconds(3600))
      #expect(await client.receivedToEnd().hasSuffix("0\r\n\r\n"))
      client.close()
    }
    #expect(log.events == ["isAborted true", "sent"])
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test func aStreamWithoutAnEndIsNotBegunWhileTheServerDrains() async throws {
    let ledgers = try await withServer { router in
      router.get("/events", options: RouteOptions(cancelsWhenDraining: true)) { request in
        try await request.loop.sleep(for: .seconds(3600))
        return Response()
      }
      EchoRoutes.add(&router)
    } _: { server in
      _ = try await server.get("/quick")
      let clients = try await Self.queued(1, sending: "GET /events HTTP/1.1\r\nHost: a\r\n\r\n", at: server)
      let answer = await clients[0].receivedToEnd()
      #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.contains("\r\nConnection: close\r\n"))
      clients[0].close()
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }
}
