import HTTPTypes
import Testing

@testable import LoopHTTP

/// The client against a server that answers by script.
@Suite(.timeLimit(.minutes(1))) struct HTTPClientTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\nX-Trailer: a\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\nhello",
    "HTTP/1.0 200 OK\r\n\r\nhello",
    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
  ])
  func aBodyOfAnyFramingIsCollected(answer: String) async throws {
    try await against([[answer]]) { exchange in
      let response = try await exchange.get("/")
      #expect(response.statusCode == 200)
      #expect(response.text == "hello")
    }
  }

  @Test func trailersAreThoseOfTheirOwnResponse() async throws {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n"
    let trailers = "Checksum: a\r\nSet-Cookie: a=b\r\nChecksum: b\r\n\r\n"
    try await against([[chunked + trailers, chunked + "\r\n"]]) { exchange in
      let response = try await exchange.get("/a")
      #expect(response.trailerFields.map { "\($0.name)=\($0.value)" } == ["Checksum=a", "Checksum=b"])
      #expect(response.headerFields.count == 1)
      #expect(try await exchange.get("/b").trailerFields.isEmpty)
      #expect(response.trailerFields.count == 2, "the connection's next message takes nothing from it")
    }
  }

  @Test func answersWithoutABodyLeaveTheConnectionUsable() async throws {
    let noContent = "HTTP/1.1 204 No Content\r\n\r\n"
    let notModified = "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n"
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"
    try await against([[noContent, notModified, head, Self.ok]]) { exchange in
      #expect(try await exchange.get("/a").statusCode == 204)
      #expect(try await exchange.get("/b").statusCode == 304)
      let answer = try await exchange.client.execute(ClientRequest(.head, exchange.url("/c")))
      #expect(answer.header(.contentLength) == "7" && answer.body.isEmpty)
      #expect(try await exchange.get("/d").text == "ok")
      #expect(await exchange.server.connectionCount == 1)
    }
  }

  @Test func aRequestIsOneCompleteMessage() async throws {
    try await against([[Self.ok]]) { exchange in
      _ = try await exchange.get("/a?b=c")
      let request = try #require(exchange.server.requests.events.first)
      #expect(request == "GET /a?b=c HTTP/1.1\r\nHost: \(exchange.address)\r\nUser-Agent: LoopHTTP\r\n\r\n")
    }
  }

  @Test(arguments: [
    "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
  ])
  func aMalformedAnswerIsAnErrorAndNoHang(answer: String) async throws {
    // The connection stays open: only the answer itself can end the wait.
    try await against([[answer, nil]]) { exchange in
      let error = await #expect(throws: ClientError.self) { _ = try await exchange.get("/") }
      guard case .malformedResponse = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test func anAnswerCutShortIsAnError() async throws {
    try await against([["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"]]) { exchange in
      await #expect(throws: ClientError.connectionClosed(.answering)) { _ = try await exchange.get("/") }
    }
  }

  /// The server closes with most of the body unread, so that writing the rest fails.
  @Test func anAnswerBeforeTheEndOfTheRequestIsAnAnswer() async throws {
    let refused = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno"
    try await against([[refused], [Self.ok]]) { exchange in
      var request = ClientRequest(.post, try exchange.url("/"))
      request.body = [UInt8](repeating: 0, count: 64 << 20)
      let response = try await exchange.client.execute(request)
      #expect(response.statusCode == 413 && response.text == "no")
      #expect(try await exchange.get("/").text == "ok")
    }
  }

  @Test func anIdempotentRequestIsSentAgainWhenAReusedConnectionEndsInSilence() async throws {
    try await against([[Self.ok, ""], [Self.ok]]) { exchange in
      _ = try await exchange.get("/first")
      #expect(try await exchange.get("/again").text == "ok")
      #expect(exchange.server.requests.events.count { $0.contains("/again") } == 2)
    }
  }

  @Test func whoWantsToSeeEachAttemptSendsTheRequestAgain() async throws {
    try await against([[Self.ok, ""], [Self.ok]]) { exchange in
      _ = try await exchange.get("/first")
      var request = ClientRequest(.get, try exchange.url("/again"))
      request.isResentByClient = false
      await #expect(throws: ClientError.connectionClosed(.stale)) {
        _ = try await exchange.client.execute(request)
      }
      #expect(request.mayBeResent(after: .connectionClosed(.stale)))
      #expect(!request.mayBeResent(after: .connectionClosed(.sent)))
      #expect(try await exchange.client.execute(request).text == "ok")
    }
  }

  @Test func aRequestThatIsNotIdempotentIsSentOnce() async throws {
    try await against([[Self.ok, ""], [Self.ok]]) { exchange in
      _ = try await exchange.get("/first")
      await #expect(throws: ClientError.connectionClosed(.stale)) {
        _ = try await exchange.client.execute(ClientRequest(.post, exchange.url("/once")))
      }
      #expect(exchange.server.requests.events.count { $0.contains("/once") } == 1)
    }
  }

  @Test func aNewConnectionThatEndsInSilenceIsNotTriedAgain() async throws {
    try await against([[""], [Self.ok]]) { exchange in
      await #expect(throws: ClientError.connectionClosed(.sent)) { _ = try await exchange.get("/") }
      #expect(await exchange.server.connectionCount == 1)
    }
  }

  @Test func aConnectionThatIsToCloseIsNotUsedAgain() async throws {
    let closing = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    try await against([[closing, Self.ok], [Self.ok]]) { exchange in
      _ = try await exchange.get("/1")
      _ = try await exchange.get("/2")
      #expect(await exchange.server.connectionCount == 2)
    }
  }

  @Test func bytesAfterAnAnswerEndItsConnection() async throws {
    try await against([[Self.ok + "HTTP/1.1 200 OK\r\n", nil], [Self.ok]]) { exchange in
      _ = try await exchange.get("/1")
      #expect(try await exchange.get("/2").text == "ok")
      #expect(await exchange.server.connectionCount == 2)
    }
  }

  @Test func aBodyLongerThanAllowedIsAnError() async throws {
    try await against([[Self.ok]]) { exchange in
      var request = ClientRequest(.get, try exchange.url("/"))
      request.responseBodyLimit = 1
      await #expect(throws: ClientError.bodyTooLarge(limit: 1)) { _ = try await exchange.client.execute(request) }
    }
  }

  @Test func callersWaitForAConnectionAndNoMoreThanMay() async throws {
    var configuration = ClientConfiguration()
    configuration.connectionsPerOrigin = 1
    configuration.waitersPerOrigin = 1
    try await against([[nil]], configuration: configuration) { exchange in
      await withTaskGroup { tasks in
        tasks.addTask { _ = try? await exchange.get("/holds") }
        await exchange.server.requests.wait(for: 1)
        // The first to come waits, the next is refused at once.
        async let one = exchange.outcome("/waits", timeout: .seconds(1))
        async let other = exchange.outcome("/waits", timeout: .seconds(1))
        let outcomes = await [one, other]
        #expect(outcomes.contains(.poolExhausted("\(exchange.address)")))
        #expect(outcomes.contains(.timedOut(.connectionFromPool)))
        tasks.cancelAll()
      }
    }
  }

  @Test func aCancelledRequestClosesItsConnection() async throws {
    try await against([[nil]]) { exchange in
      let task = Task { try await exchange.get("/") }
      await exchange.server.requests.wait(for: 1)
      task.cancel()
      await #expect(throws: ClientError.cancelled) { _ = try await task.value }
    }
  }

  /// Though a connection is at hand.
  @Test func aTaskThatIsCancelledAlreadySendsNothing() async throws {
    try await against([[Self.ok, Self.ok]]) { exchange in
      _ = try await exchange.get("/")
      for isStreamed in [false, true] {
        let task = Task {
          unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
          let request = ClientRequest(.post, try exchange.url("/"))
          if isStreamed { return try await exchange.client.withResponse(to: request) { response, _ in response } }
          return try await exchange.client.execute(request)
        }
        await #expect(throws: ClientError.cancelled) { _ = try await task.value }
      }
      _ = try await exchange.get("/")
      #expect(exchange.server.requests.events.count == 2)
      #expect(await exchange.server.connectionCount == 1)
    }
  }

  @Test func aClientThatWasShutDownSendsNothing() async throws {
    try await against([[nil]]) { exchange in
      let task = Task { try await exchange.get("/") }
      await exchange.server.requests.wait(for: 1)
      await exchange.client.shutdown()
      await #expect(throws: ClientError.shutDown) { _ = try await task.value }
      await #expect(throws: ClientError.shutDown) { _ = try await exchange.get("/") }
    }
  }

  @Test func idleConnectionsOfAClientThatIsGoneEnd() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let server = RawServer(loop: group.loops[0], script: [[Self.ok, nil]])
    let url = try ClientURL("http://\(try await server.listen())/")
    var configuration = ClientConfiguration()
    configuration.idleTimeout = .milliseconds(50)
    _ = try await HTTPClient(group: group, configuration: configuration).execute(ClientRequest(.get, url))
    await server.ends.wait(for: 1)
    await server.stop()
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test func aFieldNeverEndsItsLineEarly() async throws {
    try await against([[Self.ok]]) { exchange in
      var request = ClientRequest(.get, try exchange.url("/"))
      request.append(.userAgent, "a\r\nInjected: b")
      _ = try await exchange.client.execute(request)
      let sent = try #require(exchange.server.requests.events.first)
      #expect(!sent.contains("\r\nInjected") && sent.contains("Injected: b"))
    }
  }

  @Test func namesAreLookedUp() async throws {
    try await against([[Self.ok]]) { exchange in
      let url = try ClientURL("http://localhost:\(exchange.address.port)/")
      #expect(try await exchange.client.execute(ClientRequest(.get, url)).text == "ok")
      let nowhere = try ClientURL("http://nowhere.invalid/")
      await #expect(throws: ClientError.nameNotResolved("nowhere.invalid")) {
        _ = try await exchange.client.execute(ClientRequest(.get, nowhere))
      }
    }
  }
}
