import Testing

@testable import LoopHTTP

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a server does with clients and handlers that are slow.
@Suite(.timeLimit(.minutes(1))) struct ConnectionLimitTests {
  // MARK: Time limits

  @Test func aHeadThatDoesNotEndIsGivenUp() async throws {
    try await onConnection(EchoRoutes.add, configure: { $0.headTimeout = .milliseconds(50) }) { client, _ in
      try await client.send("GET /quick HTTP/1.1\r\nHo")
      #expect(await client.receivedToEnd().contains("HTTP/1.1 408 "))
    }
  }

  /// Its time is for all of it, however it comes.
  @Test func aHeadThatComesDropByDropIsGivenUp() async throws {
    try await onConnection(EchoRoutes.add, configure: { $0.headTimeout = .milliseconds(500) }) { client, server in
      try await client.send("GET /quick HTTP/1.1\r\nX: ")
      var answer = ""
      while answer.isEmpty {
        try await client.send("x")
        try await server.group.loops[0].sleep(for: .milliseconds(20))
        answer = await client.received(until: "")
      }
      #expect(answer.contains("HTTP/1.1 408 "))
    }
  }

  /// Each head has a time of its own, also one that begins in the same bytes in which a late one ends.
  @Test func aHeadThatFollowsAnUnfinishedOneIsGivenUpToo() async throws {
    try await onConnection(EchoRoutes.add, configure: { $0.headTimeout = .milliseconds(500) }) { client, _ in
      let (start, end) = (String(EchoRoutes.quick.prefix(10)), String(EchoRoutes.quick.dropFirst(10)))
      try await client.send(EchoRoutes.quick + start)
      _ = await client.received(until: "quick")
      await client.forget()
      try await client.send(end + start)
      _ = await client.received(until: "quick")
      #expect(await client.receivedToEnd().contains("HTTP/1.1 408 "))
    }
  }

  @Test func aConnectionWithoutRequestsEndsInSilence() async throws {
    try await onConnection(EchoRoutes.add, configure: { $0.idleTimeout = .milliseconds(50) }) { client, _ in
      #expect(await client.receivedToEnd() == "")
    }
  }

  /// The time is the client's: what a handler takes is not part of it.
  @Test func aHandlerMayTakeLongerThanAConnectionMayIdle() async throws {
    try await onConnection { router in
      EchoRoutes.add(&router)
      router.get("/slow") { request in
        try await request.loop.sleep(for: .milliseconds(800))
        return Response("slow")
      }
    } configure: {
      $0.idleTimeout = .milliseconds(500)
      $0.headTimeout = .milliseconds(500)
    } _: { client, _ in
      try await client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + EchoRoutes.quick)
      #expect(await client.received(until: "quick").count(of: "HTTP/1.1 200 OK\r\n") == 2)
    }
  }

  @Test func aClientThatDoesNotReadLosesTheConnection() async throws {
    let log = EventLog()
    let ledgers = try await withServer { router in
      router.get("/large") { _ in
        var response = Response(body: .bytes([UInt8](repeating: 0, count: 64 << 20)))
        response.onFinish { log.append("\($0)") }
        return response
      }
    } configure: {
      $0.writeTimeout = .milliseconds(100)
    } _: { server in
      let loop = server.group.loops[0]
      let client = try await RawClient.connect(to: server.address, on: loop, reading: false)
      try await client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      await client.close()
    }
    #expect(log.events == ["clientGone"])
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  /// Small answers are handed over between requests, where nothing else looks at the time.
  @Test func aClientThatDoesNotReadSmallAnswersLosesTheConnectionToo() async throws {
    let log = EventLog()
    let ledgers = try await withServer { router in
      router.get("/small") { _ in
        log.append("small")
        return Response(body: .bytes([UInt8](repeating: 0, count: 16_000)))
      }
      router.get("/next") { _ in
        log.append("next")
        return Response("next")
      }
    } configure: {
      $0.writeTimeout = .milliseconds(100)
      $0.maximumConnections = 1
    } _: { server in
      let loop = server.group.loops[0]
      let client = try await RawClient.connect(to: server.address, on: loop, reading: false)
      try await client.send("GET /small HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      // There is room for this one only when the other has ended.
      let next = try await RawClient.connect(to: server.address, on: loop)
      try await next.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
      var sent = 1
      repeat {
        try await client.send("GET /small HTTP/1.1\r\nHost: a\r\n\r\n")
        sent += 1
        await log.wait(for: sent)
      } while log.events.last != "next"
      #expect(await next.received(until: "next").contains("HTTP/1.1 200 OK\r\n"))
      await next.close()
      await client.close()
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  /// Whatever makes the body: a client that goes on reading is not cut off for the size of it.
  @Test(arguments: ["text", "bytes", "piece"])
  func aClientThatReadsSlowlyGetsAll(of kind: String) async throws {
    let size = 24 << 20
    let ledgers = try await withServer { router in
      router.get("/text") { _ in Response(String(repeating: "x", count: size)) }
      router.get("/bytes") { _ in Response(body: .bytes([UInt8](repeating: 0, count: size))) }
      router.get("/piece") { _ in Response(body: .stream { try await $0.write([UInt8](repeating: 0, count: size)) }) }
    } configure: {
      // Long for a busy machine's pauses, and short of the eight seconds that it all takes.
      $0.writeTimeout = .seconds(3)
    } _: { server in
      let client = try BlockingSocket(to: server.address)
      try client.send("GET /\(kind) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      let received = await onHeldThread {
        var received = 0
        while case let count = client.receiveHoldingThread(atMost: 128 << 10).count, count > 0 {
          received += count
          usleep(UInt32(count / 3))  // some 3 MB a second
        }
        return received
      }
      client.close()
      #expect(received > size)
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }
}
