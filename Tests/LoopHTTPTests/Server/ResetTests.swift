import Synchronization
import Testing

@testable import LoopHTTP

/// A client that ends its connection at once (RST) while its request is under way: nobody waits for the answer.
@Suite(.timeLimit(.minutes(1))) struct ResetTests {
  /// libuv reports the reset as an orderly end where it comes together with bytes.
  @Test func aResetRightBehindTheRequestCancelsIt() async throws {
    let log = EventLog()
    let ledgers = try await withServer { router in
      router.get("/first") { _ in
        log.append("first")
        return Response()
      }
      router.get("/slow") { request in
        defer { log.append(Task.isCancelled ? "cancelled" : "finished") }
        try await request.loop.sleep(for: .seconds(5))
        return Response()
      }
    } _: { server in
      let client = try BlockingSocket(to: server.address)
      try client.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      try await server.whileStopped {
        try client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        client.reset()
      }
      await log.wait(for: 2)
    }
    #expect(log.events == ["first", "cancelled"])
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  enum Unread: CaseIterable { case halfClosed, longBody, longBodyAndUrgentData, pipelinedRequests }

  /// Where nothing is read a reset comes by no read: behind the end of the client's side, and where enough waits. Urgent data
  /// hides none.
  @Test(arguments: Unread.allCases) func aResetIsNoticedWhileNothingIsRead(because unread: Unread) async throws {
    let log = EventLog()
    let ledgers = try await withServer { router in
      router.post("/slow") { request in
        log.append("begun")
        defer { log.append(Task.isCancelled ? "cancelled" : "finished") }
        try await request.loop.sleep(for: .seconds(5))
        return Response()
      }
    } _: { server in
      let client = try BlockingSocket(to: server.address)
      // More than the server takes, and less than the system holds besides: urgent data must arrive.
      let rest = unread == .longBody || unread == .longBodyAndUrgentData ? String(repeating: "x", count: 180_000) : ""
      try client.send("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: \(rest.count)\r\n\r\n" + rest)
      if unread == .pipelinedRequests { try client.send(String(repeating: EchoRoutes.quick, count: 9000)) }
      await log.wait(for: 1)
      if unread == .halfClosed { client.halfClose() }
      await server.catchUp()
      if unread == .longBodyAndUrgentData {
        client.sendUrgent()
        await server.catchUp()
      }
      client.reset()
      await log.wait(for: 2)
    }
    #expect(log.events == ["begun", "cancelled"])
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  /// The end of its side, and urgent data that nobody reads, stay to be seen: whoever looks for them looks without end.
  @Test(arguments: [false, true]) func aClientThatIsNotReadCostsNothing(isUrgent: Bool) async throws {
    let log = EventLog()
    let ledgers = try await withServer { router in
      router.post("/slow") { _ in
        log.append("begun")
        await log.wait(for: 2)
        return Response("late")
      }
    } _: { server in
      let client = try BlockingSocket(to: server.address)
      // More than the server takes, and less than the system holds besides.
      let rest = isUrgent ? String(repeating: "x", count: 180_000) : ""
      try client.send("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: \(rest.count)\r\n\r\n" + rest)
      await log.wait(for: 1)
      isUrgent ? client.sendUrgent() : client.halfClose()
      await server.catchUp()
      let loop = server.group.loops[0]
      let before = await loop.iterations
      try await loop.sleep(for: .milliseconds(200))
      #expect(await loop.iterations - before < 20)
      log.append("ended")
      #expect(await client.receivedToEnd().contains("late"))
      client.close()
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  /// It needs neither a read nor a watch, for which there may be no descriptor.
  @Test func aFailedWriteCancelsTheHandlerBehindIt() async throws {
    let log = EventLog()
    let connected = Mutex<BlockingSocket?>(nil)
    let ledgers = try await withServer { router in
      router.get("/quick") { _ in
        var response = Response("quick")
        response.onFinish { log.append("\($0)") }
        return response
      }
      router.get("/slow") { request in
        // The answer before is written when this handler first waits.
        connected.withLock { $0?.reset() }
        request.connection.onLoop { BlockingSocket.waitForHangUp(on: $0.stream.descriptor) }
        defer { log.append(Task.isCancelled ? "cancelled" : "finished") }
        try await request.loop.sleep(for: .seconds(5))
        return Response()
      }
    } _: { server in
      let client = try BlockingSocket(to: server.address)
      connected.withLock { $0 = client }
      try client.send(EchoRoutes.quick + "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 2)
    }
    #expect(log.events == ["clientGone", "cancelled"])
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }
}

extension EventLoop {
  /// How often it has looked at its sockets.
  fileprivate var iterations: Int {
    get async { await readStatistics().delayCounts.reduce(0, +) }
  }
}
