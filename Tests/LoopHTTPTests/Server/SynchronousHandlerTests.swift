import HTTPTypes
import Testing

@testable import LoopHTTP

/// Handlers and middlewares that never wait take a way of their own: what a client sees must be the same on both.
@Suite(.timeLimit(.minutes(1))) struct SynchronousHandlerTests {
  /// Notes that it was entered and left, and how.
  private struct Witness: SynchronousMiddleware {
    let name: String
    let log: EventLog

    func handle(_ request: Request, next: (Request) async throws -> Response) async throws -> Response {
      log.append("\(name) waits")
      defer { log.append("\(name) ends") }
      return try await next(request)
    }

    func handle(_ request: Request, next: (Request) throws -> Response) throws -> Response {
      log.append("\(name) at once")
      defer { log.append("\(name) ends") }
      return try next(request)
    }
  }

  private struct WaitingWitness: Middleware {
    let log: EventLog

    func handle(_ request: Request, next: (Request) async throws -> Response) async throws -> Response {
      log.append("waiting")
      return try await next(request)
    }
  }

  private static func routes(_ router: inout Router) {
    router.get("/now") { request in Response("now \(request.query ?? "")") }
    router.get("/later") { request in
      try await request.loop.sleep(for: .milliseconds(1))
      return Response("later \(request.query ?? "")")
    }
    router.get("/large") { _ in Response(body: .bytes([UInt8](repeating: UInt8(ascii: "x"), count: 300_000))) }
    router.get("/stream") { _ in Response(body: .stream { try await $0.write("piece") }) }
    router.get("/teapot") { _ in throw HTTPError(.init(code: 418), "short and stout") }
    router.on(.put, "/ignores") { _ in Response("ignored") }
  }

  private static func get(_ target: String) -> String { "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n" }

  @Test func answersOfABurstKeepTheirOrder() async throws {
    let targets = ["/now?1", "/later?2", "/now?3", "/now?4", "/teapot", "/stream", "/later?5", "/large", "/now?6"]
    try await onConnection(Self.routes) { client, _ in
      try await client.send(targets.map(Self.get).joined())
      let answer = await client.received(until: "now 6")
      let expected = ["now 1", "later 2", "now 3", "now 4", "stout", "piece", "later 5", "xxx", "now 6"]
      let places = expected.map { answer.firstRange(of: $0)?.lowerBound }
      #expect(!places.contains(nil) && places.compactMap(\.self) == places.compactMap(\.self).sorted())
    }
  }

  /// A burst may ask for more than there is memory for.
  @Test func answersOfABurstAreHandedOverBeforeTheyAreTooMany() async throws {
    let log = EventLog()
    try await onConnection { router in
      router.get("/large") { _ in
        log.append("asked")
        var response = Response(body: .bytes([UInt8](repeating: UInt8(ascii: "x"), count: 16_000)))
        response.onFinish { log.append("\($0)") }
        return response
      }
    } _: { client, _ in
      try await client.send(String(repeating: Self.get("/large"), count: 12))
      await log.wait(for: 24)
    }
    // With the fifth they are more than 64 KiB.
    let five = Array(repeating: "asked", count: 5) + Array(repeating: "sent", count: 5)
    #expect(log.events == five + five + ["asked", "asked", "sent", "sent"])
  }

  @Test func aBodyThatNobodyReadsIsSkippedBeforeTheNextRequest() async throws {
    try await onConnection(Self.routes) { client, _ in
      try await client.send("PUT /ignores HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n0123")
      #expect(await client.received(until: "ignored").contains("HTTP/1.1 200 OK\r\n"))
      try await client.send("45678" + Self.get("/now?after"))
      #expect(await client.received(until: "now after").contains("HTTP/1.1 200 OK\r\n"))
    }
  }

  @Test func middlewaresThatDoNotWaitAreCalledInOrderOnBothWays() async throws {
    let log = EventLog()
    try await onConnection(middleware: [Witness(name: "a", log: log), Witness(name: "b", log: log)], Self.routes) {
      client,
      _ in
      try await client.send(Self.get("/now"))
      _ = await client.received(until: "now ")
      #expect(log.events == ["a at once", "b at once", "b ends", "a ends"])
      try await client.send(Self.get("/later"))
      _ = await client.received(until: "later ")
      #expect(log.events.dropFirst(4) == ["a waits", "b waits", "b ends", "a ends"])
      try await client.send(Self.get("/nowhere"))
      _ = await client.received(until: "Not Found\n")
      #expect(log.events.dropFirst(8) == ["a at once", "b at once", "b ends", "a ends"])
    }
  }

  @Test func oneMiddlewareThatWaitsMakesThoseAroundItWait() async throws {
    let log = EventLog()
    let middleware: [any Middleware] = [
      Witness(name: "a", log: log), WaitingWitness(log: log), Witness(name: "b", log: log),
    ]
    try await onConnection(middleware: middleware, Self.routes) { client, _ in
      try await client.send(Self.get("/now"))
      #expect(await client.received(until: "now ").contains("HTTP/1.1 200 OK\r\n"))
      #expect(log.events == ["a waits", "waiting", "b at once", "b ends", "a ends"])
    }
  }

  @Test func whatASynchronousMiddlewareThrowsIsTheAnswer() async throws {
    struct Refusing: SynchronousMiddleware {
      func handle(_ request: Request, next: (Request) async throws -> Response) async throws -> Response {
        throw HTTPError(.forbidden, "not you")
      }

      func handle(_ request: Request, next: (Request) throws -> Response) throws -> Response {
        throw HTTPError(.forbidden, "not you")
      }
    }
    try await onConnection(middleware: [Refusing()], Self.routes) { client, _ in
      try await client.send(Self.get("/now") + Self.get("/later"))
      let answer = await client.received(until: "not you\nHTTP/1.1 403 Forbidden\r\n")
      #expect(answer.contains("HTTP/1.1 403 Forbidden\r\n"))
    }
  }

  /// What is answered in a callback knows how late it is, also when the loop has waited for long before.
  @Test func timeDoesNotStandStillWhileTheLoopWaits() async throws {
    let clients = try EventLoopGroup(loopCount: 1)
    let ledgers = try await withServer(Self.routes) {
      $0.headTimeout = .milliseconds(900)
    } _: { server in
      let client = try await RawClient.connect(to: server.address, on: clients.loops[0])
      try await client.send(Self.get("/now?first"))
      _ = await client.received(until: "now first")
      try await Task.sleep(for: .milliseconds(1200))
      await client.forget()
      let before = Int64(EventLoop.wallClockNanoseconds() / 1_000_000_000)
      try await client.send(String(Self.get("/now?second").prefix(9)))
      await server.catchUp()
      try await client.send(String(Self.get("/now?second").dropFirst(9)))
      let answer = await client.received(until: "now second")
      #expect(answer.contains("HTTP/1.1 200 OK\r\n"))
      let text = try #require(answer.firstMatch(of: /Date: ([^\r]+)/)?.output.1)
      let date = try #require(HTTPDate.parse(String(text)))
      #expect(date >= before)
      await client.close()
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
    await clients.shutdown()
  }

  @Test func aHandlerThatHoldsTheLoopCountsAsItsWork() async throws {
    try await onConnection { router in
      router.get("/holds") { _ in
        let end = EventLoop.monotonicNanoseconds() + 30_000_000
        while EventLoop.monotonicNanoseconds() < end {}
        return Response("held")
      }
    } _: { client, server in
      let before = await server.group.loops[0].readStatistics()
      try await client.send(Self.get("/holds"))
      _ = await client.received(until: "held")
      let after = await server.group.loops[0].readStatistics()
      #expect(after.busyNanoseconds - before.busyNanoseconds >= 30_000_000)
    }
  }
}
