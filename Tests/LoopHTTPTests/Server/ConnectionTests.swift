import HTTPTypes
import Synchronization
import Testing

@testable import LoopHTTP

/// A server's connections as a client sees them byte by byte: bodies, interim answers, ends.
@Suite(.timeLimit(.minutes(1))) struct ConnectionTests {
  // MARK: Bodies

  @Test func aBodyIsAskedForWhenTheHandlerWantsIt() async throws {
    try await onConnection(EchoRoutes.add) { client, _ in
      try await client.send(EchoRoutes.post + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n")
      #expect(await client.received(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
      try await client.send("abc")
      #expect(await client.received(until: "abc").contains("HTTP/1.1 200 OK\r\n"))
    }
  }

  @Test func aBodyThatNobodyWantsIsNotAskedForAndEndsTheConnection() async throws {
    try await onConnection(EchoRoutes.add) { client, _ in
      try await client.send("GET /quick HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
      let answer = await client.receivedToEnd()
      #expect(answer.contains("HTTP/1.1 200 OK\r\n") && answer.contains("\r\nConnection: close\r\n"))
      #expect(!answer.contains("100 Continue"))
    }
  }

  @Test func aDeclaredLengthOverTheLimitIsRefusedBeforeTheHandlerRuns() async throws {
    let runs = Mutex(0)
    try await onConnection { router in
      router.post("/echo", options: RouteOptions(bodyLimit: 10)) { _ in
        runs.withLock { $0 += 1 }
        return Response()
      }
    } _: { client, _ in
      try await client.send(EchoRoutes.post + "Content-Length: 11\r\n\r\n")
      let answer = await client.receivedToEnd()
      #expect(answer.contains("HTTP/1.1 413 ") && answer.contains("\r\nConnection: close\r\n"))
    }
    #expect(runs.withLock { $0 } == 0)
  }

  @Test func chunksOverTheLimitAreRefusedWhileTheyCome() async throws {
    try await onConnection(EchoRoutes.add, configure: { $0.limits.bodyBytes = 10 }) { client, _ in
      try await client.send(EchoRoutes.post + "Transfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n")
      try await client.send("6\r\nabcdef\r\n0\r\n\r\n")
      let answer = await client.receivedToEnd()
      #expect(answer.contains("HTTP/1.1 413 ") && answer.count(of: "HTTP/1.1") == 1)
    }
  }

  @Test func aFaultInABodyThatHasComeIsAnsweredInsteadOfTheHandler() async throws {
    try await onConnection(EchoRoutes.add) { client, _ in
      try await client.send("GET /quick HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n")
      let answer = await client.receivedToEnd()
      #expect(answer.contains("HTTP/1.1 400 ") && answer.count(of: "HTTP/1.1") == 1)
    }
  }

  @Test func aFaultInABodyThatComesAfterTheAnswerOnlyEndsTheConnection() async throws {
    try await onConnection(EchoRoutes.add) { client, _ in
      try await client.send("GET /quick HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
      #expect(await client.received(until: "quick").contains("HTTP/1.1 200 OK\r\n"))
      try await client.send("x\r\n")
      #expect(await client.receivedToEnd().count(of: "HTTP/1.1") == 1)
    }
  }

  @Test func aBodyThatComesTooSlowlyIsGivenUp() async throws {
    try await onConnection(EchoRoutes.add, configure: { $0.bodyGrace = .milliseconds(50) }) { client, _ in
      try await client.send(EchoRoutes.post + "Content-Length: 100000\r\n\r\nabc")
      #expect(await client.receivedToEnd().contains("HTTP/1.1 408 "))
    }
  }

  @Test func onlyARefusedHeadHasNoBody() async throws {
    try await onConnection(EchoRoutes.add) { client, server in
      try await client.send("HEAD /quick HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n")
      #expect(await client.receivedToEnd().contains("\r\n\r\nThe method"))
      // Whether it was understood to its end or not (RFC 9110 §9.3.2).
      for (fields, status) in [("Host: a\r\nExpect: miracles", 417), ("Host: a\r\nHost: b", 400), ("no field", 400)] {
        let head = try await RawClient.connect(to: server.address, on: server.group.loops[0])
        try await head.send("HEAD /quick HTTP/1.1\r\n\(fields)\r\n\r\n")
        let answer = await head.receivedToEnd()
        #expect(answer.contains("HTTP/1.1 \(status) ") && answer.hasSuffix("\r\n\r\n"))
        await head.close()
      }
    }
  }

  // MARK: Answers

  @Test func anAnswerDoesNotWaitForTheNextHandler() async throws {
    try await onConnection { router in
      EchoRoutes.add(&router)
      router.get("/slow") { request in
        try await request.loop.sleep(for: .seconds(3600))
        return Response()
      }
    } _: { client, _ in
      try await client.send(EchoRoutes.quick + "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(await client.received(until: "quick").contains("HTTP/1.1 200 OK\r\n"))
    }
  }

  @Test func whatAHandlerThrowsIsItsAnswer() async throws {
    try await onConnection { router in
      router.get("/teapot") { _ in throw HTTPError(.init(code: 418), "short and stout") }
      router.get("/broken") { _ in throw UVError.timedOut }
    } _: { client, _ in
      try await client.send("GET /teapot HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(await client.received(until: "stout").contains("HTTP/1.1 418 "))
      try await client.send("GET /broken HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      let answer = await client.receivedToEnd()
      #expect(answer.contains("HTTP/1.1 500 Internal Server Error\r\n") && !answer.contains("timed"))
    }
  }

  @Test func aStreamIsChunkedOrEndsWithTheConnection() async throws {
    try await onConnection { router in
      router.get("/stream") { _ in
        Response(body: .stream { for piece in ["ab", "", "cde"] { try await $0.write(piece) } })
      }
    } _: { client, server in
      try await client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
      let chunked = await client.received(until: "0\r\n\r\n")
      #expect(chunked.contains("\r\nTransfer-Encoding: chunked\r\n"))
      #expect(chunked.contains("\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"))
      let old = try await RawClient.connect(to: server.address, on: server.group.loops[0])
      try await old.send("GET /stream HTTP/1.0\r\n\r\n")
      let plain = await old.receivedToEnd()
      #expect(plain.contains("\r\n\r\nabcde") && !plain.contains("Transfer-Encoding"))
      await old.close()
    }
  }

  @Test func aStreamThatFailsLacksItsEnd() async throws {
    try await onConnection { router in
      router.get("/stream") { _ in
        Response(
          body: .stream {
            try await $0.write("ab")
            throw CancellationError()
          }
        )
      }
    } _: { client, _ in
      try await client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
      let answer = await client.receivedToEnd()
      #expect(answer.contains("2\r\nab\r\n") && !answer.contains("0\r\n\r\n"))
    }
  }

  @Test func anObserverHearsOnceAndAfterTheLastByte() async throws {
    let log = EventLog()
    try await onConnection { router in
      router.get("/stream") { _ in
        var response = Response(
          body: .stream { writer in
            try await writer.write("ab")
            log.append("piece")
            try await writer.write("cd")
            log.append("piece")
          }
        )
        response.onFinish { outcome in log.append("\(outcome)") }
        return response
      }
    } _: { client, _ in
      try await client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
      _ = await client.received(until: "0\r\n\r\n")
    }
    #expect(log.events == ["piece", "piece", "sent"])
  }

  @Test func anObserverHearsOfAClientThatLeft() async throws {
    let log = EventLog()
    try await onConnection { router in
      router.get("/slow", options: RouteOptions(cancelsWhenClientEnds: true)) { request in
        log.append("begun")
        try? await request.loop.sleep(for: .seconds(3600))
        var response = Response(body: .bytes([UInt8](repeating: 0, count: 64 << 20)))
        response.onFinish { outcome in log.append("\(outcome)") }
        return response
      }
    } _: { client, server in
      try await client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      await client.close()
      await log.wait(for: 2)
    }
    #expect(log.events == ["begun", "clientGone"])
  }

  @Test func aRequestThatComesWhileTheLastAnswerIsNotTakenIsNotForgotten() async throws {
    let log = EventLog()
    let served = Mutex<Connection?>(nil)
    let ledgers = try await withServer { router in
      router.get("/first") { request in
        served.withLock { $0 = request.connection }
        log.append("first")
        return Response()
      }
      router.get("/large") { _ in
        log.append("large")
        return Response(String(repeating: "x", count: 60_000))
      }
      router.get("/next") { _ in
        log.append("next")
        return Response()
      }
    } _: { server in
      let loop = server.group.loops[0]
      let client = try await RawClient.connect(to: server.address, on: loop, reading: false)
      try await client.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      let connection = try #require(served.withLock { $0.take() })
      // Acknowledgements, which the system delays by 40 ms, make room once more.
      while await loop.run({ connection.onLoop { $0.fillSocket() } }) { try await loop.sleep(for: .milliseconds(100)) }
      try await client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 2)
      try await client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
      await server.catchUp()
      #expect(log.events == ["first", "large"])
      await client.start()
      await log.wait(for: 3)
      await client.close()
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }
}

extension Connection {
  /// Whether the system took anything.
  fileprivate func fillSocket() -> Bool {
    var taken = 0
    let block = [UInt8](repeating: 0, count: 64 * 1024)
    while let count = try? stream.tryWrite(block.span), count > 0 { taken += count }
    return taken > 0
  }
}
