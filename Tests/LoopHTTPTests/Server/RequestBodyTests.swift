import HTTPTypes
import Testing

@testable import LoopHTTP

/// A body belongs to one request and to one reader of it.
@Suite(.timeLimit(.minutes(1))) struct RequestBodyTests {
  private static let post = "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"

  @Test func aSecondReaderIsToldInsteadOfGettingNothing() async throws {
    let log = EventLog()
    try await onConnection { router in
      router.post("/body") { request in
        let body = try await request.body.collect()
        do {
          _ = try await request.body.collect()
        } catch {
          log.append("\(error)")
        }
        return Response(body: .bytes(body))
      }
    } _: { client, _ in
      try await client.send(Self.post + "0123456789")
      #expect(await client.received(until: "0123456789").contains("HTTP/1.1 200 OK\r\n"))
    }
    #expect(log.events == ["alreadyRead"])
  }

  @Test func twoTasksThatReadAtOnceDoNotEndTheProcess() async throws {
    try await onConnection { router in
      router.post("/body") { request in
        async let first = Result { () async throws -> [UInt8] in try await request.body.collect() }
        async let second = Result { () async throws -> [UInt8] in try await request.body.collect() }
        let both = await [first, second]
        let bodies = both.compactMap { try? $0.get() }
        return Response("\(bodies.map { String(decoding: $0, as: UTF8.self) }) of \(both.count)")
      }
    } _: { client, server in
      try await client.send(Self.post + "01234")
      await server.catchUp()
      try await client.send("56789")
      #expect(await client.received(until: "of 2").contains("[\"0123456789\"] of 2"))
    }
  }

  /// Else a client fills the memory with what nobody asks for.
  @Test func nobodyTakesMoreThanIsReadAndALittle() async throws {
    let log = EventLog()
    // More than the system's own buffers hold.
    let size = 24 << 20
    try await onConnection { router in
      router.post("/body") { request in
        try await request.loop.sleep(for: .milliseconds(1500))
        log.append("read")
        var count = 0
        for try await piece in request.body { count += piece.count }
        return Response("\(count) bytes")
      }
    } configure: {
      $0.limits.bodyBytes = size
    } _: { client, _ in
      try await client.send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n")
      try await client.send(String(repeating: "x", count: size))
      log.append("taken")
      #expect(await client.received(until: "bytes").contains("\(size) bytes"))
    }
    #expect(log.events == ["read", "taken"])
  }

  @Test func oneIteratorGoesOnWhereAnotherMayNotBegin() async throws {
    let log = EventLog()
    try await onConnection { router in
      router.post("/body") { request in
        var pieces = request.body.makeAsyncIterator()
        var other = request.body.makeAsyncIterator()
        var count = try await pieces.next()?.count ?? 0
        for _ in 0..<2 {
          do {
            _ = try await other.next()
          } catch {
            log.append("\(error)")
          }
        }
        while let piece = try await pieces.next() { count += piece.count }
        let end = try await pieces.next()
        return Response("\(count) \(end == nil)")
      }
    } _: { client, server in
      try await client.send(Self.post + "01234")
      await log.wait(for: 2)
      try await client.send("56789")
      #expect(await client.received(until: "true").contains("10 true"))
    }
    #expect(log.events == ["alreadyRead", "alreadyRead"])
  }

  /// What comes next on the connection is another request's.
  @Test func aReaderThatOutlivesItsRequestGetsNothingOfTheNext() async throws {
    let log = EventLog()
    let gate = EventLog()
    try await onConnection { router in
      router.post("/late") { request in
        Task {
          await gate.wait(for: 1)
          await log.append(result(of: request.body))
        }
        return Response("late")
      }
      router.post("/body") { Response(body: .bytes(try await $0.body.collect())) }
    } _: { client, server in
      try await client.send("POST /late HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
      _ = await client.received(until: "late")
      try await client.send(Self.post)
      await server.catchUp()
      gate.append("next")
      await log.wait(for: 1)
      try await client.send("0123456789")
      _ = await client.received(until: "0123456789")
    }
    #expect(log.events == ["exchangeEnded"])
  }

  @Test func aReaderThatWaitsWhenItsRequestIsAnsweredIsLetGo() async throws {
    let log = EventLog()
    try await onConnection { router in
      router.post("/late") { request in
        Task(executorPreference: request.loop) {
          log.append("reads")
          await log.append(result(of: request.body))
        }
        await log.wait(for: 1)
        // The reader waits for bytes by then.
        try await request.loop.sleep(for: .milliseconds(20))
        return Response("late")
      }
      router.post("/body") { Response(body: .bytes(try await $0.body.collect())) }
    } _: { client, _ in
      try await client.send("POST /late HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n")
      _ = await client.received(until: "late")
      await log.wait(for: 2)
      try await client.send("abc" + Self.post + "0123456789")
      _ = await client.received(until: "0123456789")
    }
    #expect(log.events == ["reads", "exchangeEnded"])
  }

  @Test(arguments: [(4, "413 Content Too Large"), (5, "200 OK")])
  func aRoutesOwnLimitHoldsForChunksToo(limit: Int, status: String) async throws {
    try await onConnection { router in
      router.post("/body", options: RouteOptions(bodyLimit: limit)) {
        Response(body: .bytes(try await $0.body.collect()))
      }
    } configure: {
      $0.limits.bodyBytes = limit == 4 ? 1000 : 1
    } _: { client, server in
      try await client.send("POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
      // The handler has begun by then.
      await server.catchUp()
      try await client.send("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
      #expect(await client.received(until: "\r\n\r\n").contains("HTTP/1.1 \(status)\r\n"))
    }
  }

  /// Each byte is in time; all of them are not.
  @Test func aBodyThatComesDropByDropIsGivenUp() async throws {
    try await onConnection { router in
      router.post("/body") { Response(body: .bytes(try await $0.body.collect())) }
    } configure: {
      $0.bodyGrace = .milliseconds(500)
      $0.minimumBodyRate = 1_000_000
    } _: { client, server in
      try await client.send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n")
      for _ in 0..<100 where await client.received(until: "").isEmpty {
        try await client.send("x")
        // Far longer than a turn of the loop: one that finds a byte at each turn, however late, blames nobody.
        try await server.group.loops[0].sleep(for: .milliseconds(200))
      }
      #expect(await client.receivedToEnd().contains("HTTP/1.1 408 "))
    }
  }

  @Test func eachBodyHasItsOwnTime() async throws {
    try await onConnection { router in
      router.post("/body") { Response(body: .bytes(try await $0.body.collect())) }
    } configure: {
      $0.bodyGrace = .milliseconds(2000)
      $0.minimumBodyRate = 1_000_000
    } _: { client, server in
      for number in 1...2 {
        try await client.send(Self.post)
        try await server.group.loops[0].sleep(for: .milliseconds(1100))
        try await client.send("012345678\(number)")
        #expect(await client.received(until: "012345678\(number)").count(of: "HTTP/1.1 200 OK\r\n") == number)
      }
    }
  }

  /// The client is as slow as it may be; the time that the handler takes is not its own.
  @Test func aHandlerThatTakesItsTimeDoesNotMakeTheClientLate() async throws {
    try await onConnection { router in
      router.post("/body") { request in
        var pieces = request.body.makeAsyncIterator()
        var count = try await pieces.next()?.count ?? 0
        try await request.loop.sleep(for: .milliseconds(2600))
        while let piece = try await pieces.next() { count += piece.count }
        return Response("\(count) bytes")
      }
    } configure: {
      // Long for a busy machine's pauses, and shorter than the handler's own.
      $0.bodyGrace = .milliseconds(2500)
      $0.minimumBodyRate = 1_000_000
    } _: { client, server in
      try await client.send(Self.post)
      await server.catchUp()
      try await client.send("01234")
      try await server.group.loops[0].sleep(for: .milliseconds(2650))
      try await client.send("56789")
      #expect(await client.received(until: "bytes").contains("10 bytes"))
    }
  }
}

/// How reading a body that is no longer there ends.
private func result(of body: RequestBody) async -> String {
  do {
    return String(decoding: try await body.collect(), as: UTF8.self)
  } catch {
    return "\(error)"
  }
}

extension Result where Failure == any Error {
  /// What `body` comes to.
  fileprivate init(_ body: () async throws -> Success) async {
    do {
      self = .success(try await body())
    } catch {
      self = .failure(error)
    }
  }
}
