import HTTPTypes
import Testing

@testable import LoopHTTP

/// What of a handler's fields reaches the client, and what the server says itself (RFC 9110 §7.6.1, RFC 9112 §6).
@Suite(.timeLimit(.minutes(1))) struct ResponseFieldsTests {
  /// All that a server sends for one request, up to the end of the connection.
  private func answer(
    _ method: String = "GET",
    _ make: @escaping @Sendable () -> Response
  ) async throws -> String {
    let log = EventLog()
    try await onConnection {
      $0.get("/x") { _ in make() }
    } _: { client, _ in
      try await client.send("\(method) /x HTTP/1.1\r\nHost: a\r\n\r\n")
      await client.halfClose()
      log.append(await client.receivedToEnd())
    }
    return log.events[0]
  }

  private static func response(_ fields: [(HTTPField.Name, String)]) -> Response {
    var response = Response("x\n")
    for (name, value) in fields { response.append(name, value) }
    return response
  }

  @Test func fieldsOfTheFramingAndTheConnectionAreTheServers() async throws {
    let text = try await answer {
      Self.response([
        (.contentLength, "5"), (.transferEncoding, "chunked"), (.trailer, "X"), (.upgrade, "h2c"), (.te, "trailers"),
        (HTTPField.Name("Keep-Alive")!, "timeout=5"), (HTTPField.Name("Proxy-Connection")!, "close"), (.server, "s"),
      ])
    }
    let names = text.split(separator: "\r\n").dropFirst().prefix { $0.contains(":") }.map { $0.prefix { $0 != ":" } }
    #expect(names == ["Date", "Content-Type", "Server", "Content-Length"])
    #expect(text.hasSuffix("\r\nContent-Length: 2\r\n\r\nx\n"))
  }

  @Test func aHandlerMayEndTheConnection() async throws {
    try await onConnection { router in
      router.get("/x") { _ in Self.response([(.connection, "X-Other, Close")]) }
    } _: { client, _ in
      try await client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
      let text = await client.receivedToEnd()
      #expect(text.contains("\r\nConnection: close\r\n") && text.count(of: "Connection:") == 1)
    }
  }

  @Test func aHandlersDateAndTypeTakeThePlaceOfTheServers() async throws {
    let text = try await answer {
      Self.response([
        (.date, "Sun, 06 Nov 1994 08:49:36 GMT"), (.contentType, "text/css"), (.date, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (.contentType, "text/html"),
      ])
    }
    #expect(text.contains("\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n") && text.count(of: "Date:") == 1)
    #expect(text.contains("\r\nContent-Type: text/html\r\n") && text.count(of: "Content-Type:") == 1)
  }

  /// RFC 9110 §8.6: the length that GET would have had.
  @Test func anAnswerWithoutContentMaySayTheLengthOfWhatIsLeftOut() async throws {
    let head = try await answer("HEAD") {
      var response = Response()
      response.append(.contentLength, "7")
      return response
    }
    #expect(head.hasSuffix("\r\nContent-Length: 7\r\n\r\n"))
    let notModified = try await answer {
      var response = Response(status: .notModified)
      response.append(.contentLength, "7")
      return response
    }
    #expect(notModified.hasSuffix("\r\nContent-Length: 7\r\n\r\n"))
    let empty = try await answer {
      var response = Response()
      response.append(.contentLength, "7")
      return response
    }
    #expect(empty.hasSuffix("\r\nContent-Length: 0\r\n\r\n"))
    let none = try await answer {
      var response = Response(status: .noContent)
      response.append(.contentLength, "7")
      return response
    }
    #expect(!none.contains("Content-Length"))
  }

  /// RFC 9110 §15.5.22.
  @Test func onlyAnUpgradeThatIsRequiredIsNamed() async throws {
    let text = try await answer {
      var response = Response(status: .upgradeRequired)
      response.append(.upgrade, "TLS/1.2")
      return response
    }
    #expect(text.contains("\r\nUpgrade: TLS/1.2\r\n") && text.contains("\r\nConnection: upgrade\r\n"))
  }

  /// RFC 9110 §15.3.6.
  @Test func resetContentHasNone() async throws {
    let text = try await answer { Response("x\n", status: .resetContent) }
    #expect(text.hasSuffix("\r\nContent-Length: 0\r\n\r\n"))
  }

  /// RFC 9110 §15.2: an interim status would leave the client without an answer.
  @Test(arguments: [42, 100, 103, 600]) func aStatusThatEndsNoExchangeIsSentAs500(code: Int) async throws {
    let text = try await answer { Response("x\n", status: .init(code: code)) }
    #expect(text.hasPrefix("HTTP/1.1 500 Internal Server Error\r\n") && text.count(of: "HTTP/1.1") == 1)
  }

  @Test func aStatusKeepsItsOwnPhraseOnTheWire() async throws {
    let text = try await answer { Response("x\n", status: .init(code: 404, reasonPhrase: "Nothing Here")) }
    #expect(text.hasPrefix("HTTP/1.1 404 Nothing Here\r\n"))
  }
}
