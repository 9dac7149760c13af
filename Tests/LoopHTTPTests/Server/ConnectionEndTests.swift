import Testing

@testable import LoopHTTP

/// A request under way when either side has had enough.
@Suite(.timeLimit(.minutes(1))) struct ConnectionEndTests {
  @Test func aHalfClosedClientStillGetsItsAnswer() async throws {
    let log = EventLog()
    try await onConnection { router in
      router.get("/slow") { _ in
        log.append("begun")
        await log.wait(for: 2)
        return Response(Task.isCancelled ? "cancelled" : "late")
      }
    } _: { client, server in
      try await client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      await client.halfClose()
      await server.catchUp()
      log.append("ended")
      #expect(await client.receivedToEnd().contains("late"))
    }
  }

  @Test func aClientThatEndsItsSideWithinAHeadIsToldSo() async throws {
    try await onConnection(EchoRoutes.add) { client, _ in
      try await client.send(EchoRoutes.quick + EchoRoutes.quick.dropLast(2))
      await client.halfClose()
      let answers = await client.receivedToEnd()
      #expect(answers.contains("quickHTTP/1.1 400 Bad Request\r\n") && answers.contains("\r\nConnection: close\r\n"))
    }
  }

  /// The client's end may have come long before the route that wants to know of it.
  @Test func aRouteThatIsToEndWithItsClientDoesNotOutliveOneThatHasEnded() async throws {
    let log = EventLog()
    try await onConnection { router in
      router.get("/first") { _ in
        log.append("begun")
        await log.wait(for: 2)
        return Response("first")
      }
      router.get("/slow", options: RouteOptions(cancelsWhenClientEnds: true)) { request in
        defer { log.append(Task.isCancelled ? "cancelled" : "finished") }
        try await request.loop.sleep(for: .seconds(5))
        return Response()
      }
    } _: { client, server in
      try await client.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\nGET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      await client.halfClose()
      await server.catchUp()
      log.append("ended")
      await log.wait(for: 3)
    }
    #expect(log.events == ["begun", "ended", "cancelled"])
  }

  /// What would come after it would find itself cancelled.
  @Test func aHandlerThatCancelsItsTaskIsTheConnectionsLast() async throws {
    try await onConnection { router in
      router.get("/cancelled") { _ in
        await Task.yield()
        unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
        return Response("last")
      }
    } _: { client, _ in
      try await client.send("GET /cancelled HTTP/1.1\r\nHost: a\r\n\r\n")
      let answers = await client.receivedToEnd()
      #expect(answers.contains("\r\nConnection: close\r\n") && answers.hasSuffix("last"))
    }
  }

  @Test func anyThreadMayAskWhetherTheServerGaveUp() async throws {
    try await onConnection { router in
      router.get("/asked") { request in
        Response("\(await Task.detached { request.isAborted }.value)")
      }
    } _: { client, _ in
      try await client.send("GET /asked HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(await client.received(until: "false").contains("HTTP/1.1 200 OK\r\n"))
    }
  }

  /// A system that closes a socket with bytes that nobody has read throws away what the client has yet to take (RFC 9112 §9.6).
  @Test func aLastAnswerArrivesAlthoughRequestsFollowThatAreNotRead() async throws {
    let log = EventLog()
    let last = String(repeating: "x", count: 40_000)
    let ledgers = try await withServer { router in
      router.get("/last") { _ in
        var response = Response(last)
        response.closesConnection = true
        response.onFinish { log.append("\($0)") }
        return response
      }
    } _: { server in
      let client = try BlockingSocket(to: server.address, receiveBuffer: 8192)
      try client.send("GET /last HTTP/1.1\r\nHost: a\r\n\r\n" + String(repeating: EchoRoutes.quick, count: 9000))
      await log.wait(for: 1)
      await server.catchUp()
      #expect(await client.receivedToEnd().hasSuffix("\r\n\r\n" + last))
      client.close()
    }
    #expect(log.events == ["sent"])
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test func anIdleConnectionDoesNotHoldADrainUp() async throws {
    try await onConnection(EchoRoutes.add) { client, server in
      try await client.send(EchoRoutes.quick)
      _ = await client.received(until: "quick")
      let begin = ContinuousClock.now
      await server.server.shutdown(timeout: .seconds(10))
      #expect(ContinuousClock.now - begin < .seconds(5))
    }
  }

  @Test func whatStillRunsAfterTheDrainsTimeIsCancelled() async throws {
    let log = EventLog()
    try await onConnection { router in
      router.get("/slow") { request in
        log.append("begun")
        defer { log.append(Task.isCancelled ? "cancelled" : "finished") }
        try await request.loop.sleep(for: .seconds(3600))
        return Response()
      }
    } _: { client, server in
      try await client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      await server.server.shutdown(timeout: .milliseconds(20))
      #expect(log.events == ["begun", "cancelled"])
    }
  }

  /// Whose wish the end was is what spans and counts tell.
  @Test func theServerDoesNotGiveUpOnAClientThatHasLeft() async throws {
    let log = EventLog()
    let ledgers = try await withServer { router in
      router.get("/left") { request in
        log.append("begun")
        try? await request.loop.sleep(for: .seconds(3600))
        log.append("left")
        await log.wait(for: 4)
        log.append("\(request.isAborted)")
        return Response()
      }
      router.get("/stays") { request in
        log.append("stays")
        try? await request.loop.sleep(for: .seconds(3600))
        log.append("aborted")
        return Response()
      }
    } _: { server in
      let leaving = try BlockingSocket(to: server.address)
      try leaving.send("GET /left HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      leaving.reset()
      await log.wait(for: 2)
      let staying = try BlockingSocket(to: server.address)
      try staying.send("GET /stays HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 3)
      await server.server.shutdown(timeout: .milliseconds(20))
      staying.close()
    }
    #expect(log.events == ["begun", "left", "stays", "aborted", "false"])
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test func anObserverHearsThatTheServerGaveUp() async throws {
    let log = EventLog()
    try await onConnection { router in
      router.get("/slow") { request in
        log.append("begun")
        try? await request.loop.sleep(for: .seconds(3600))
        var response = Response("late")
        response.onFinish { outcome in log.append("\(outcome)") }
        return response
      }
    } _: { client, server in
      try await client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      await server.server.shutdown(timeout: .milliseconds(20))
      #expect(log.events == ["begun", "aborted"])
    }
  }

  @Test func whatTheServerEndsIsNoFaultOfTheClients() async throws {
    let log = EventLog()
    try await onConnection { router in
      router.get("/stream") { request in
        Response(
          body: .stream { writer in
            do throws(ConnectionError) {
              log.append("writes")
              while true { try await writer.write([UInt8](repeating: 0, count: 1 << 20)) }
            } catch {
              log.append("\(error) \(request.isAborted)")
            }
          }
        )
      }
      router.post("/body") { request in
        log.append("reads")
        do {
          return Response("\(try await request.body.collect().count)")
        } catch {
          log.append("\(type(of: error)) \(request.isAborted)")
          throw error
        }
      }
    } _: { uploading, server in
      try await uploading.send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n0123")
      await log.wait(for: 1)
      let loop = server.group.loops[0]
      let silent = try await RawClient.connect(to: server.address, on: loop, reading: false)
      try await silent.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 2)
      await server.catchUp()
      await server.server.shutdown(timeout: .milliseconds(20))
      await silent.close()
    }
    #expect(Set(log.events) == ["reads", "writes", "aborted true", "CancellationError true"])
  }

  /// Only half of a head has come: nobody has been too slow.
  @Test func aHeadThatTheServerEndsIsNotRefused() async throws {
    let refused = EventLog()
    try await onConnection(EchoRoutes.add) {
      $0.headTimeout = .seconds(3600)
    } onRefusal: {
      refused.append($0.reason)
    } _: { client, server in
      try await client.send(EchoRoutes.quick + EchoRoutes.quick.dropLast(2))
      _ = await client.received(until: "quick")
      await server.server.shutdown(timeout: .milliseconds(20))
    }
    #expect(refused.events == [])
  }
}
