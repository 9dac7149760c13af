import Testing

@testable import LoopHTTP

/// Answers to requests whose bodies nobody reads to their end: closing at once would make the system throw them away
/// (RFC 9112 §9.6).
@Suite(.timeLimit(.minutes(1))) struct EarlyAnswerTests {
  private static let post = "POST /quick HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n"

  @Test func aClientMaySendItsBodyToTheEnd() async throws {
    try await onConnection(EchoRoutes.add) { client, _ in
      try await client.send(Self.post + String(repeating: "x", count: 300_000))
      let answer = await client.received(until: "Not Allowed\n")
      #expect(answer.contains("HTTP/1.1 405 ") && answer.contains("\r\nConnection: close\r\n"))
      try await client.send(String(repeating: "x", count: 200_000))
      #expect(await client.receivedToEnd() == answer)
    }
  }

  /// Its end cannot be known beforehand: it is looked for no further than 64 KiB.
  @Test func aChunkedBodyThatIsTooLongToSkipEndsTheConnection() async throws {
    try await onConnection(EchoRoutes.add) { client, _ in
      try await client.send(
        "POST /quick HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "493e0\r\n\(String(repeating: "x", count: 100_000))"
      )
      let answer = await client.received(until: "Not Allowed\n")
      #expect(answer.contains("HTTP/1.1 405 "))
      #expect(await client.receivedToEnd() == answer)
      // What is on its way is still taken, so that nothing tears the answer away.
      try await client.send(String(repeating: "x", count: 200_000) + "\r\n0\r\n\r\n" + EchoRoutes.quick)
    }
  }

  @Test func aClientThatNeitherSendsItsBodyNorLeavesIsNotWaitedForForever() async throws {
    try await onConnection(EchoRoutes.add, configure: { $0.maximumConnections = 1 }) { client, server in
      try await client.send(Self.post)
      _ = await client.received(until: "Not Allowed\n")
      let next = try await RawClient.connect(to: server.address, on: server.group.loops[0])
      try await next.send(EchoRoutes.quick)
      #expect(await next.received(until: "quick").contains("HTTP/1.1 200 OK\r\n"))
      await next.close()
    }
  }

  @Test func aConnectionThatIsAbortedIsNotKeptForItsAnswer() async throws {
    let log = EventLog()
    try await onConnection { router in
      router.post("/quick") { request in
        log.append("begun")
        try await request.loop.sleep(for: .seconds(3600))
        return Response()
      }
    } _: { client, server in
      try await client.send(Self.post)
      await log.wait(for: 1)
      // Half of what a client is given to take its answer.
      #expect(try await server.ends(within: .milliseconds(500), timeout: .milliseconds(20)))
    }
  }

  @Test func aHandlerMayGiveUpWaitingForItsBody() async throws {
    let log = EventLog()
    try await onConnection { router in
      EchoRoutes.add(&router)
      router.post("/impatient") { request in
        let body = await withTaskGroup(of: Result<[UInt8], any Error>?.self) { tasks in
          tasks.addTask {
            log.append("reads")
            do {
              return .success(try await request.body.collect())
            } catch {
              return .failure(error)
            }
          }
          tasks.addTask {
            await log.wait(for: 2)
            return nil
          }
          _ = await tasks.next()
          tasks.cancelAll()
          return await tasks.next()
        }
        #expect(throws: CancellationError.self) { try body??.get() }
        return Response("given up")
      }
    } _: { client, _ in
      try await client.send("POST /impatient HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n")
      await log.wait(for: 1)
      log.append("give up")
      #expect(await client.received(until: "given up").contains("HTTP/1.1 200 OK\r\n"))
      // The body is still where it was: the connection goes on behind it.
      try await client.send("abc" + EchoRoutes.quick)
      #expect(await client.received(until: "quick").count(of: "HTTP/1.1 200 OK\r\n") == 2)
    }
  }
}
