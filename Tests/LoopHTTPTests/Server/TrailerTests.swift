import HTTPTypes
import Synchronization
import Testing

@testable import LoopHTTP

/// What comes behind a chunked body, as a handler and a client's caller get it.
@Suite(.timeLimit(.minutes(1))) struct TrailerTests {
  private static let post = "POST /sum HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

  private static func describe(_ fields: HTTPFields) -> String {
    fields.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
  }

  /// Answers with the trailers as they are before the body is read and afterwards.
  private static func add(_ router: inout Router) {
    router.post("/sum") { request in
      let before = describe(await request.trailerFields)
      do {
        _ = try await request.body.collect()
      } catch {
        #expect(await request.trailerFields.isEmpty, "a part of them is nothing")
        throw error
      }
      #expect(request.headerFields.count == 2, "a trailer is no part of the head")
      return Response("[\(before)] [\(describe(await request.trailerFields))]\n")
    }
  }

  @Test func aHandlerReadsThemOnceItHasReadTheBody() async throws {
    try await onConnection(Self.add) { client, _ in
      try await client.send(Self.post + "3\r\nabc\r\n0\r\nSum: 1\r\nOther: x y \r\nSum: 2\r\n\r\n")
      #expect(await client.received(until: "\n[").contains("[] [Sum=1 Other=x y Sum=2]\n"))
    }
  }

  @Test func aHandlerOfAnotherActorReadsThem() async throws {
    try await onConnection { router in
      router.post("/sum") { @MainActor request async throws in
        _ = try await request.body.collect()
        return Response("[\(Self.describe(await request.trailerFields))]\n")
      }
    } _: { client, _ in
      try await client.send(Self.post + "0\r\nSum: 1\r\n\r\n")
      #expect(await client.received(until: "]\n").contains("[Sum=1]\n"))
    }
  }

  @Test func theyBelongToTheirRequestAlone() async throws {
    try await onConnection(Self.add) { client, _ in
      try await client.send(Self.post + "0\r\nSum: 1\r\n\r\n" + Self.post + "1\r\nx\r\n0\r\n\r\n")
      let answers = await client.received(until: "[] []\n")
      #expect(answers.contains("[] [Sum=1]\n") && answers.contains("[] []\n"))
    }
  }

  @Test func whoKeepsARequestGetsNoneOfTheNextOnes() async throws {
    let kept = Mutex<Request?>(nil)
    try await onConnection { router in
      router.post("/keep") { request in
        kept.withLock { $0 = request }
        return Response("kept\n")
      }
      router.post("/sum") { request in
        _ = try await request.body.collect()
        let own = Self.describe(await request.trailerFields)
        let others = await kept.withLock { $0 }?.trailerFields ?? [:]
        return Response("[\(Self.describe(others))] [\(own)]\n")
      }
    } _: { client, _ in
      try await client.send("POST /keep HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
      _ = await client.received(until: "kept\n")
      try await client.send(Self.post + "0\r\nSum: 1\r\n\r\n")
      #expect(await client.received(until: "]\n").contains("[] [Sum=1]\n"))
    }
    // The request holds its connection, and that the routes, which hold this.
    kept.withLock { $0 = nil }
  }

  @Test func theyMayComeInPieces() async throws {
    try await onConnection(Self.add) { client, server in
      for piece in [Self.post, "3\r\nabc\r\n0\r\nSu", "m: 1\r\nOth", "er: 2\r\n", "\r", "\n"] {
        try await client.send(piece)
        await server.catchUp()
      }
      #expect(await client.received(until: "]\n").contains("[] [Sum=1 Other=2]\n"))
    }
  }

  /// RFC 9110 §6.5.1
  @Test(arguments: [
    "Content-Length: 5", "transfer-ENCODING: chunked", "Host: b", "Authorization: Basic eA==", "Cookie: a=b",
    "Content-Type: text/html", "Cache-Control: no-store", "X-Forwarded-For: 10.0.0.1", "TE: trailers",
    "Range: bytes=0-",
  ])
  func whatWouldChangeTheMessageIsLeftOut(line: String) async throws {
    try await onConnection(Self.add) { client, _ in
      try await client.send(Self.post + "0\r\n\(line)\r\nSum: 1\r\n\r\n")
      #expect(await client.received(until: "]\n").contains("[] [Sum=1]\n"))
    }
  }

  @Test func aFaultInThemIsAFaultOfTheBody() async throws {
    try await onConnection(Self.add) { client, server in
      try await client.send(Self.post + "0\r\nSum: 1\r\n")
      await server.catchUp()
      try await client.send("Sum : 2\r\n\r\n")
      #expect(await client.receivedToEnd().contains("HTTP/1.1 400 "))
    }
  }
}
