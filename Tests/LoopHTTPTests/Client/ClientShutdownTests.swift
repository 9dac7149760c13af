import HTTPTypes
import Testing

@testable import LoopHTTP

/// The end of a client, of its group, and of single calls, while their closures are between two pieces.
@Suite(.timeLimit(.minutes(1))) struct ClientShutdownTests {
  private static let begun = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n"

  /// Reads one piece, says so, and asks for the next one when there are two more events.
  private static func readSlowly(_ exchange: ScriptedExchange, _ log: EventLog) async throws {
    try await exchange.client.withResponse(to: ClientRequest(.get, exchange.url("/"))) { _, body in
      var pieces = body.makeAsyncIterator()
      _ = try await pieces.next()
      log.append("piece")
      await log.wait(for: 2)
      do {
        _ = try await pieces.next()
      } catch {
        log.append("\(error)")
      }
    }
  }

  @Test func aReaderBetweenTwoPiecesIsWaitedForAndItsConnectionIsNot() async throws {
    let log = EventLog()
    try await against([[Self.begun, nil]]) { exchange in
      async let reading: Void = Self.readSlowly(exchange, log)
      await log.wait(for: 1)
      let ending = Task {
        await exchange.client.shutdown()
        log.append("shut down")
      }
      await exchange.server.ends.wait(for: 1)
      log.append("connection ended")
      try await reading
      await ending.value
      #expect(log.events == ["piece", "connection ended", "\(ClientError.shutDown)", "shut down"])
    }
  }

  @Test func cancellingAReaderBetweenTwoPiecesClosesItsConnection() async throws {
    let log = EventLog()
    try await against([[Self.begun, nil]]) { exchange in
      let reading = Task { try await Self.readSlowly(exchange, log) }
      await log.wait(for: 1)
      reading.cancel()
      await exchange.server.ends.wait(for: 1)
      log.append("connection ended")
      try await reading.value
      #expect(log.events.last == "\(ClientError.cancelled)")
    }
  }

  @Test func theClosureOfABodyHasEndedBeforeItsClient() async throws {
    let log = EventLog()
    try await against([[nil]]) { exchange in
      let sending = Task {
        try await exchange.client.execute(ClientRequest(.post, exchange.url("/"))) { writer in
          try? await writer.connection.loop.sleep(for: .seconds(3600))
          // Takes its time, in many turns of the loop.
          for _ in 0..<100 { await Task.yield() }
          log.append("closure ended")
        }
      }
      await exchange.server.requests.wait(for: 1)
      await exchange.client.shutdown()
      log.append("shut down")
      await #expect(throws: ClientError.shutDown) { _ = try await sending.value }
      #expect(log.events == ["closure ended", "shut down"])
    }
  }

  // MARK: The group's end, where nobody shut the client down

  /// A client on loops that end, told when they have begun to.
  private static func whileEnding(
    _ script: [[String?]],
    _ body: @Sendable (HTTPClient, ClientURL, _ endingBegins: @escaping @Sendable () async -> Void) async throws -> Void
  ) async throws {
    let (servers, group) = (try EventLoopGroup(loopCount: 1), try EventLoopGroup(loopCount: 1))
    let server = RawServer(loop: servers.loops[0], script: script)
    let url = try ClientURL("http://\(try await server.listen())/")
    let begun = EventLog()
    async let ledgers: [LoopLedger] = {
      await begun.wait(for: 1)
      return await group.shutdown()
    }()
    let result: Result<Void, any Error>
    do {
      try await body(HTTPClient(group: group), url) {
        begun.append("ending")
        while await group.loops[0].run({ group.loops[0].ending == nil }) { await Task.yield() }
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    #expect(await ledgers.allSatisfy(\.isBalanced))
    await server.stop()
    #expect(await servers.shutdown()[0].isBalanced)
    try result.get()
  }

  @Test func aReaderBetweenTwoPiecesIsToldOfTheGroupsEnd() async throws {
    try await Self.whileEnding([[Self.begun, nil]]) { client, url, endingBegins in
      try await client.withResponse(to: ClientRequest(.get, url)) { _, body in
        var pieces = body.makeAsyncIterator()
        _ = try await pieces.next()
        await endingBegins()
        await #expect(throws: ClientError.shutDown) { _ = try await pieces.next() }
      }
    }
  }

  /// The reader is elsewhere and has yet to come back to the loop, which waits for it.
  @Test func aReaderThatWaitsForAPieceIsToldOfTheGroupsEnd() async throws {
    try await Self.whileEnding([[Self.begun, nil]]) { client, url, endingBegins in
      try await client.withResponse(to: ClientRequest(.get, url)) { _, body in
        let loop = body.exchange.call.loop
        var pieces = body.makeAsyncIterator()
        _ = try await pieces.next()
        async let begins: Void = endingBegins()
        await #expect(throws: ClientError.shutDown) { _ = try await pieces.next() }
        await begins
        // In as many turns it would have ended.
        for _ in 0..<100 { await loop.run {} }
      }
    }
  }

  @Test func aWriterBetweenTwoPiecesIsToldOfTheGroupsEnd() async throws {
    let log = EventLog()
    try await Self.whileEnding([[nil]]) { client, url, endingBegins in
      await #expect(throws: ClientError.shutDown) {
        _ = try await client.execute(ClientRequest(.post, url)) { writer in
          try await writer.write("piece")
          await endingBegins()
          do throws(ClientError) {
            try await writer.write("piece")
          } catch {
            log.append("\(error)")
          }
        }
      }
    }
    #expect(log.events == ["\(ClientError.shutDown)"])
  }
}
