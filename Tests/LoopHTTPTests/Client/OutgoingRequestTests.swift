import HTTPTypes
import Testing

@testable import LoopHTTP

/// What the client says on the wire, and how it goes on with it while the answer comes.
@Suite(.timeLimit(.minutes(1))) struct OutgoingRequestTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  /// RFC 9112 §11.2: two who read one message must not find its end at different places.
  @Test(arguments: [
    [("Content-Length", "0")], [("Transfer-Encoding", "chunked")], [("content-length", "4"), ("X-A", "b")],
    [("Host", "a"), ("Host", "b")], [("Host", "a b")], [("Host", "")], [("Trailer", "X-A")], [("Upgrade", "websocket")],
  ])
  func fieldsThatContradictTheClientsAreRefusedBeforeAnythingIsSent(fields: [(String, String)]) async throws {
    try await against([[Self.ok]]) { exchange in
      var request = ClientRequest(.post, try exchange.url("/"))
      request.body = Array("body".utf8)
      for (name, value) in fields { request.append(try #require(HTTPField.Name(name)), value) }
      let error = await #expect(throws: ClientError.self) { _ = try await exchange.client.execute(request) }
      guard case .invalidRequest = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(await exchange.server.connectionCount == 0)
    }
  }

  /// RFC 9112 §3.2: one `Host`, and RFC 9110 §7.2: best the first.
  @Test func anotherHostTakesThePlaceOfTheUsualOne() async throws {
    try await against([[Self.ok]]) { exchange in
      var request = ClientRequest(.get, try exchange.url("/"))
      request.append(try #require(HTTPField.Name("Host")), "example.com")
      _ = try await exchange.client.execute(request)
      let sent = try #require(exchange.server.requests.events.first)
      #expect(sent == "GET / HTTP/1.1\r\nHost: example.com\r\nUser-Agent: LoopHTTP\r\n\r\n")
    }
  }

  /// RFC 9110 §8.6: where the method has a meaning for content, none is said to be none.
  @Test(arguments: [(HTTPRequest.Method.post, true), (.put, true), (.patch, true), (.get, false), (.delete, false)])
  func noContentHasALengthWhereSomeIsExpected(method: HTTPRequest.Method, isExpected: Bool) async throws {
    try await against([[Self.ok]]) { exchange in
      _ = try await exchange.client.execute(ClientRequest(method, exchange.url("/")))
      let sent = try #require(exchange.server.requests.events.first)
      #expect(sent.contains("\r\nContent-Length: 0\r\n") == isExpected)
    }
  }

  /// RFC 9112 §9.6: who sends the `close` option must not send another request.
  @Test(arguments: ["close", "Close", "x, close"]) func whoSaysThatItClosesDoes(value: String) async throws {
    try await against([[Self.ok, Self.ok], [Self.ok]]) { exchange in
      var request = ClientRequest(.get, try exchange.url("/1"))
      request.append(.connection, value)
      _ = try await exchange.client.execute(request)
      _ = try await exchange.get("/2")
      #expect(await exchange.server.connectionCount == 2)
    }
  }

  /// The server answers as it reads, more than all buffers on the way hold: whoever writes first and reads then never ends.
  @Test func anAnswerIsReadWhileItsRequestIsSent() async throws {
    let ledgers = try await withServer { router in
      router.post("/echo", options: RouteOptions(bodyLimit: 1 << 26)) { request in
        Response(body: .stream { writer in for try await piece in request.body { try await writer.write(piece) } })
      }
    } _: { server in
      var request = ClientRequest(.post, try server.url("/echo"))
      request.body = (0..<(1 << 25)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      request.responseBodyLimit = 1 << 26
      request.timeout = .seconds(30)
      #expect(try await server.client.execute(request).body == request.body)
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  /// RFC 9112 §9.5: a server that refuses a request and reads no more of it is heard at once, and not at the time limit.
  @Test func aRefusalEndsARequestThatNobodyReads() async throws {
    let refused = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno"
    try await againstDeafServer(answering: refused) { client, url in
      var request = ClientRequest(.post, url)
      request.body = [UInt8](repeating: 0, count: 1 << 25)
      request.timeout = .seconds(30)
      let start = ContinuousClock.now
      let response = try await client.execute(request)
      #expect(response.statusCode == 413 && response.text == "no")
      #expect(ContinuousClock.now - start < .seconds(15))
    }
  }
}
