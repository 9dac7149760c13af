import HTTPTypes
import Testing

@testable import LoopHTTP

/// Requests that end at their connection, and who is told of them.
@Suite(.timeLimit(.minutes(1))) struct RefusedRequestTests {
  @Test(arguments: [
    ("GET /quick HTTP/1.1\r\n\r\n", "GET 400 The Host field is missing"),
    ("PUT / HTTP/3.0\r\n", "PUT 505 Only HTTP/1.0 and HTTP/1.1 are spoken here"),
    ("DELETE /\(String(repeating: "x", count: 9000))", "DELETE 414 The request target is too long"),
    ("BREW / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", "- 417 Only 100-continue can be expected"),
    ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n", "POST 413 The body is too large"),
    (EchoRoutes.quick + "\rx", "- 400 A carriage return without line feed"),
  ])
  func isToldWithItsMethodStatusAndReason(sent: String, expected: String) async throws {
    let log = EventLog()
    try await onConnection(
      EchoRoutes.add,
      onRefusal: { log.append("\($0.method?.rawValue ?? "-") \($0.status.code) \($0.reason)") }
    ) { client, _ in
      try await client.send(sent)
      _ = await client.receivedToEnd()
    }
    #expect(log.events == [expected])
  }

  @Test func isToldWhenItsTimeIsUp() async throws {
    let log = EventLog()
    try await onConnection(
      EchoRoutes.add,
      configure: { $0.headTimeout = .milliseconds(50) },
      onRefusal: { log.append("\($0.method?.rawValue ?? "-") \($0.status.code)") }
    ) { client, _ in
      try await client.send("HEAD /quick HT")
      _ = await client.receivedToEnd()
    }
    #expect(log.events == ["HEAD 408"])
  }

  /// What a middleware has seen is the middleware's to tell.
  @Test func isNoneThatWasRouted() async throws {
    let log = EventLog()
    try await onConnection { router in
      EchoRoutes.add(&router)
      router.get("/broken") { _ in Response(contentType: MediaType("a\r\nb")) }
    } onRefusal: {
      log.append("\($0)")
    } _: { client, _ in
      try await client.send(EchoRoutes.quick + "GET /nope HTTP/1.1\r\nHost: a\r\n\r\n")
      try await client.send("GET /broken HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      #expect(await client.receivedToEnd().contains("HTTP/1.1 500 "))
    }
    #expect(log.events == [])
  }
}
