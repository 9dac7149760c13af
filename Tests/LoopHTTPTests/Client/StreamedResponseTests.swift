import HTTPTypes
import Testing

@testable import LoopHTTP

/// A response whose content is read as it comes.
@Suite(.timeLimit(.minutes(1))) struct StreamedResponseTests {
  private static let begun = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n"
  private static let complete = begun + "3\r\nllo\r\n0\r\n\r\n"
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  @Test func piecesComeBeforeTheEndDoes() async throws {
    let log = EventLog()
    _ = try await withServer { router in
      router.get("/") { _ in
        Response(
          body: .stream { writer in
            try await writer.write("one")
            await log.wait(for: 1)
            try await writer.write("two")
          }
        )
      }
    } _: { server in
      let text = try await server.client.withResponse(to: ClientRequest(.get, server.url("/"))) { response, body in
        #expect(response.statusCode == 200 && response.body.isEmpty)
        var text = ""
        for try await piece in body {
          text += String(decoding: piece, as: UTF8.self)
          log.append(text)
        }
        return text
      }
      #expect(text == "onetwo" && log.events == ["one", "onetwo"])
    }
  }

  /// RFC 9112 §9.3: the next response begins where this one ends, so all of it must have been read.
  @Test func aConnectionIsUsedAgainOnlyAfterItsWholeResponse() async throws {
    try await against([[Self.complete, Self.complete], [Self.ok]]) { exchange in
      let request = ClientRequest(.get, try exchange.url("/"))
      let text = try await exchange.client.withResponse(to: request) { _, body in
        var text = ""
        for try await piece in body { text += String(decoding: piece, as: UTF8.self) }
        return text
      }
      #expect(text == "hello")
      try await exchange.client.withResponse(to: request) { response, _ in #expect(response.statusCode == 200) }
      #expect(await exchange.server.connectionCount == 1)
      #expect(try await exchange.get("/").text == "ok")
      #expect(await exchange.server.connectionCount == 2)
    }
  }

  @Test func whoReadsStaysOnTheActorOfTheCaller() async throws {
    try await against([[Self.complete]]) { exchange in
      let request = ClientRequest(.get, try exchange.url("/"))
      let reader = Reader()
      #expect(try await reader.pieces(of: request, exchange.client) == ["he", "llo"])
    }
  }

  private actor Reader {
    func pieces(of request: ClientRequest, _ client: HTTPClient) async throws -> [String] {
      try await client.withResponse(to: request, Self.pieces)
    }

    /// Is where it is called from, and not where its caller is written.
    private nonisolated static func pieces(_ response: ClientResponse, _ body: ClientBody) async throws -> [String] {
      var pieces: [String] = []
      for try await piece in body {
        #expect(#isolation is Reader)
        pieces.append(String(decoding: piece, as: UTF8.self))
      }
      return pieces
    }
  }

  @Test func aPieceThatDoesNotComeIsAnError() async throws {
    try await against([[Self.begun, nil]]) { exchange in
      var request = ClientRequest(.get, try exchange.url("/"))
      // For the head, too, which a busy machine may keep waiting.
      request.timeout = .seconds(2)
      await #expect(throws: ClientError.timedOut(.response)) {
        try await exchange.client.withResponse(to: request) { _, body in for try await _ in body {} }
      }
    }
  }

  /// RFC 9112 §8: without a length only an orderly end says that this was all.
  @Test func aBodyUntilTheEndOfItsConnectionIsCutShortByAReset() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let server = DeafServer(loop: group.loops[0], answer: "HTTP/1.1 200 OK\r\n\r\nhello")
    let url = try ClientURL("http://\(try await server.listen())/")
    try await withClient(of: group, stopping: { await server.stop() }) { client in
      await #expect(throws: ClientError.connectionClosed(.answering)) {
        try await client.withResponse(to: ClientRequest(.get, url)) { _, body in
          // Closed with the request unread, which is a reset (RFC 1122 §4.2.2.13).
          for try await _ in body { await server.stop() }
        }
      }
    }
  }

  @Test func anErrorOfTheReaderIsPassedOnAndClosesTheConnection() async throws {
    try await against([[Self.begun, nil], [Self.ok]]) { exchange in
      let request = ClientRequest(.get, try exchange.url("/"))
      await #expect(throws: HTTPError.self) {
        try await exchange.client.withResponse(to: request) { _, _ in throw HTTPError(.conflict, "mine") }
      }
      await exchange.server.ends.wait(for: 1)
    }
  }

  @Test func theLimitHoldsForAllPiecesTogether() async throws {
    try await against([[Self.complete]]) { exchange in
      var request = ClientRequest(.get, try exchange.url("/"))
      request.responseBodyLimit = 4
      await #expect(throws: ClientError.bodyTooLarge(limit: 4)) {
        try await exchange.client.withResponse(to: request) { _, body in for try await _ in body {} }
      }
    }
  }

  /// RFC 9112 §7.1.2: they come last, so nobody can have them earlier.
  @Test func trailersAreThereOnceTheBodyIsRead() async throws {
    let trailers = Self.begun + "3\r\nllo\r\n0\r\n" + "Sum: 1\r\nSet-Cookie: a=b\r\nSum: 2\r\n\r\n"
    try await against([[trailers, Self.complete, trailers]]) { exchange in
      let request = ClientRequest(.get, try exchange.url("/"))
      func read(_ body: ClientBody) async throws -> [[String]] {
        var seen = [await Self.text(body.trailerFields)]
        for try await _ in body {}
        seen.append(await Self.text(body.trailerFields))
        return seen
      }
      #expect(try await exchange.client.withResponse(to: request) { try await read($1) } == [[], ["Sum=1", "Sum=2"]])
      #expect(try await exchange.client.withResponse(to: request) { try await read($1) } == [[], []])
      let kept = try await exchange.client.withResponse(to: request) { _, body in
        for try await _ in body {}
        return body
      }
      #expect(await kept.trailerFields.isEmpty, "the connection may have gone on")
    }
  }

  private static func text(_ fields: HTTPFields) -> [String] { fields.map { "\($0.name)=\($0.value)" } }

  @Test func aBodyThatIsKeptForLaterIsOver() async throws {
    try await against([[Self.complete]]) { exchange in
      let body = try await exchange.client.withResponse(to: ClientRequest(.get, exchange.url("/"))) { _, body in body }
      var iterator = body.makeAsyncIterator()
      await #expect(throws: ClientError.connectionClosed(.answering)) { _ = try await iterator.next() }
    }
  }
}
