import HTTPTypes
import Logging
import Testing

@testable import LoopHTTP

/// Whose fault it was that an answer did not arrive as its handler made it.
@Suite(.timeLimit(.minutes(1))) struct ResponseOutcomeTests {
  private struct Broken: Error {}

  private static func observed(_ response: Response, _ log: EventLog) -> Response {
    var response = response
    response.onFinish { log.append("\($0)") }
    return response
  }

  private static func stream(length: Int? = nil, _ produce: @escaping Response.Body.Producer) -> Response {
    var response = Response(body: .stream(produce))
    if let length { response.append(.contentLength, "\(length)") }
    return response
  }

  private static let broken: [String: Response] = [
    "throws": stream {
      try await $0.write("ab")
      throw Broken()
    },
    "throws CancellationError": stream { _ in throw CancellationError() },
    "is too short": stream(length: 6) { try await $0.write("ab") },
    "is too long": stream(length: 1) { try await $0.write("ab") },
    "is too long and hides it": stream(length: 1) { try? await $0.write("ab") },
  ]

  /// The answer before it has nothing to do with it, although both may leave together.
  @Test(arguments: broken.keys.sorted()) func aStreamThatItsClosureBreaksHasFailed(how: String) async throws {
    let log = EventLog()
    let logger = Logger(label: "test") { _ in EventLogHandler(events: log) }
    let ledgers = try await withServer(logger: logger) { router in
      router.get("/before") { _ in Self.observed(Response("before"), log) }
      router.get("/stream") { _ in Self.observed(Self.broken[how] ?? Response(), log) }
    } _: { server in
      let client = try await RawClient.connect(to: server.address, on: server.group.loops[0])
      try await client.send("GET /before HTTP/1.1\r\nHost: a\r\n\r\nGET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
      let answers = await client.receivedToEnd()
      #expect(answers.contains("before") && !answers.contains("0\r\n\r\n"))
      await client.close()
    }
    #expect(Set(log.events) == ["sent", "Response cut short", "failed(status: 200)"])
    #expect(log.events.count == 3)
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test(arguments: ["writes", "waits"]) func aStreamWhoseClientLeftHasNotFailed(what: String) async throws {
    let log = EventLog()
    let logger = Logger(label: "test") { _ in EventLogHandler(events: log) }
    let ledgers = try await withServer(logger: logger) { router in
      router.get("/stream") { request in
        Self.observed(
          Self.stream { writer in
            try await writer.write("begun")
            log.append("begun")
            while what == "writes" { try await writer.write([UInt8](repeating: 0, count: 1 << 20)) }
            try await request.loop.sleep(for: .seconds(5))
          },
          log
        )
      }
    } _: { server in
      let client = try BlockingSocket(to: server.address)
      try client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      client.reset()
      await log.wait(for: 2)
    }
    #expect(log.events == ["begun", "clientGone"])
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  private static let large: [String: Response] = [
    "text": Response(String(repeating: "x", count: 100_000)),
    "bytes": Response(body: .bytes([UInt8](repeating: 0, count: 100_000))),
    "stream": stream(length: 2) { try await $0.write("ab") },
  ]

  /// The handler of the next request may take as long as it likes, and its client may leave meanwhile.
  @Test(arguments: large.keys.sorted())
  func whatHasBeenSentIsToldBeforeTheNextRequestIsHandled(what: String) async throws {
    let log = EventLog()
    try await onConnection { router in
      router.get("/large") { _ in Self.observed(Self.large[what] ?? Response(), log) }
      router.get("/next") { _ in
        log.append("next")
        return Response("next")
      }
    } _: { client, _ in
      try await client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n")
      _ = await client.received(until: "\r\n\r\nnext")
    }
    #expect(log.events == ["sent", "next"])
  }

  @Test func anAnswerThatCannotBeSentHasFailedWithTheStatusThatWas() async throws {
    let log = EventLog()
    try await onConnection { router in
      router.get("/broken") { _ in Self.observed(Response(contentType: MediaType("a\r\nb")), log) }
    } _: { client, _ in
      try await client.send("GET /broken HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(await client.receivedToEnd().hasPrefix("HTTP/1.1 500 "))
    }
    #expect(log.events == ["failed(status: 500)"])
  }
}
