import HTTPTypes
import Testing

@testable import LoopHTTP

/// A response that is read elsewhere than where it was asked for.
@Suite(.timeLimit(.minutes(1))) struct OpenResponseTests {
  private static let begun =
    "HTTP/1.1 202 Accepted\r\nOrigin-Says: hello\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n"
  private static let complete = begun + "3\r\nllo\r\n0\r\nSum: 1\r\n\r\n"
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  private static func read(_ body: ClientBody) async throws -> String {
    var text = ""
    for try await piece in body { text += String(decoding: piece, as: UTF8.self) }
    return text
  }

  /// As a handler does, which is on its connection's loop.
  private actor Caller: LoopActor {
    nonisolated let loop: EventLoop
    init(loop: EventLoop) { self.loop = loop }

    func openAndReadAll(_ request: ClientRequest, _ client: HTTPClient) async throws -> OpenResponse {
      let response = try await client.open(request)
      #expect(response.head.statusCode == 202 && response.head.body.isEmpty)
      #expect(try await OpenResponseTests.read(response.body) == "hello")
      #expect(await response.body.trailerFields.map(\.value) == ["1"])
      return response
    }

    func openTwo(_ request: ClientRequest, _ client: HTTPClient) async throws -> OpenResponse {
      _ = try await openAndReadAll(request, client)
      return try await client.open(request)
    }
  }

  @Test func theConnectionIsUsedAgainOnceAllIsReadAndNobodyHoldsIt() async throws {
    try await against([[Self.complete, Self.complete, Self.ok], [Self.ok]]) { exchange in
      let caller = Caller(loop: exchange.server.loop)
      let request = ClientRequest(.get, try exchange.url("/"))
      try await withTaskExecutorPreference(caller.loop) {
        _ = try await caller.openAndReadAll(request, exchange.client)
        let body = try await caller.openTwo(request, exchange.client).body
        #expect(try await Self.read(body) == "ok")
        #expect(await exchange.server.connectionCount == 1)
        #expect(try await exchange.get("/").text == "ok")
        #expect(await exchange.server.connectionCount == 2)
        withExtendedLifetime(body) {}
      }
    }
  }

  @Test(arguments: [true, false]) func theConnectionIsClosedWhereNotAllIsRead(onItsLoop: Bool) async throws {
    try await against([[Self.begun, nil]]) { exchange in
      try await withTaskExecutorPreference(onItsLoop ? exchange.server.loop : nil) {
        let response = try await exchange.client.open(ClientRequest(.get, exchange.url("/")))
        var pieces = response.body.makeAsyncIterator()
        let first = try await pieces.next()
        #expect(first == Array("he".utf8))
      }
      await exchange.server.ends.wait(for: 1)
    }
  }

  @Test func whoReadsIsToldOfTheClientsEnd() async throws {
    try await against([[Self.begun, nil]]) { exchange in
      let log = EventLog()
      let reading = Task {
        let response = try await exchange.client.open(ClientRequest(.get, exchange.url("/")))
        log.append("opened")
        return try await Self.read(response.body)
      }
      await log.wait(for: 1)
      await exchange.client.shutdown()
      await #expect(throws: ClientError.shutDown) { try await reading.value }
    }
  }

  @Test func withoutAHeadThereIsAnError() async throws {
    try await against([[nil]]) { exchange in
      var request = ClientRequest(.get, try exchange.url("/"))
      request.timeout = .milliseconds(50)
      await #expect(throws: ClientError.timedOut(.response)) { _ = try await exchange.client.open(request) }
    }
  }

  // MARK: A proxy

  private static func withProxy(
    to script: [[String?]],
    _ body: @Sendable (TestServer, ScriptedExchange) async throws -> Void
  ) async throws {
    try await against(script) { origin in
      let ledgers = try await withServer { router in
        router.get("/proxy") { _ in
          let upstream = try await origin.client.open(ClientRequest(.get, origin.url("/")))
          var response = Response(
            status: upstream.head.status,
            body: .stream { writer in for try await piece in upstream.body { try await writer.write(piece) } }
          )
          response.headerFields = upstream.head.headerFields
          return response
        }
      } _: {
        try await body($0, origin)
      }
      #expect(ledgers.filter { !$0.isBalanced } == [])
    }
  }

  @Test func aProxyAnswersWithTheHeadAndSendsTheContentAfterwards() async throws {
    try await Self.withProxy(to: [[Self.complete]]) { proxy, origin in
      let answer = try await proxy.get("/proxy")
      #expect(answer.statusCode == 202 && answer.text == "hello")
      #expect(answer.headerFields[HTTPField.Name("Origin-Says")!] == "hello")
    }
  }

  /// The closure that would read the content is never called.
  @Test func aProxysAnswerToHeadLetsTheContentGo() async throws {
    try await Self.withProxy(to: [[Self.begun, nil]]) { proxy, origin in
      let answer = try await proxy.client.execute(ClientRequest(.head, proxy.url("/proxy")))
      #expect(answer.statusCode == 202)
      await origin.server.ends.wait(for: 1)
    }
  }

  @Test func aClientThatLeavesAProxyLeavesTheOrigin() async throws {
    try await Self.withProxy(to: [[Self.begun, nil]]) { proxy, origin in
      let client = try BlockingSocket(to: proxy.address)
      try client.send("GET /proxy HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(await !client.receive().isEmpty)
      client.reset()
      await origin.server.ends.wait(for: 1)
    }
  }
}
