import HTTPTypes
import Testing

@testable import LoopHTTP

/// Handlers that read their request while they stream their answer: each direction has its own time.
@Suite(.timeLimit(.minutes(1))) struct DuplexTests {
  private static let post = "POST /both HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n"

  /// Writes more than the system's buffers hold while it reads, and notes how both went on.
  private static func add(_ router: inout Router, _ log: EventLog) {
    router.post("/both") { request in
      Response(
        body: .stream { writer in
          async let reading: Void = read(request.body, log)
          do throws(ConnectionError) {
            log.append("writes")
            try await writer.write([UInt8](repeating: 0, count: 16 << 20))
          } catch {
            log.append("write: \(error)")
          }
          await reading
        }
      )
    }
  }

  private static func read(_ body: RequestBody, _ log: EventLog) async {
    do {
      for try await piece in body { log.append("\(piece.count) bytes") }
    } catch {
      log.append("read: \((error as? HTTPError)?.status.code ?? 0)")
    }
  }

  private static func withSilentClient(
    _ log: EventLog,
    configure: (inout ServerConfiguration) -> Void,
    _ body: @Sendable (RawClient, TestServer) async throws -> Void
  ) async throws {
    let ledgers = try await withServer {
      add(&$0, log)
    } configure: {
      configure(&$0)
    } _: { server in
      let client = try await RawClient.connect(to: server.address, on: server.group.loops[0], reading: false)
      try await client.send(post)
      await log.wait(for: 1)
      await server.catchUp()
      try await body(client, server)
      await client.close()
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test func aSlowBodyIsGivenUpWhileTheAnswerWaitsToBeTaken() async throws {
    let log = EventLog()
    try await Self.withSilentClient(log) {
      $0.bodyGrace = .milliseconds(100)
      $0.writeTimeout = .seconds(3600)
    } _: { _, _ in
      await log.wait(for: 2)
      #expect(log.events.prefix(2) == ["writes", "read: 408"])
    }
  }

  @Test func aPieceOfTheBodyGivesNoTimeToTakeTheAnswer() async throws {
    let log = EventLog()
    try await Self.withSilentClient(log) {
      $0.bodyGrace = .seconds(3600)
      $0.writeTimeout = .milliseconds(500)
    } _: { client, _ in
      try await client.send("0123")
      // Then nothing more can come, either.
      await log.wait(for: 4)
      #expect(Set(log.events) == ["writes", "4 bytes", "write: timedOut", "read: 400"])
    }
  }

  // MARK: Expect: 100-continue, RFC 9110 §10.1.1

  private struct Passing: Middleware {
    func handle(_ request: Request, next: Next) async throws -> Response { try await next(request) }
  }

  private static func addEcho(_ router: inout Router, after pause: Duration? = nil) {
    EchoRoutes.add(&router)
    router.post("/stream") { request in
      Response(
        body: .stream { writer in
          if let pause { try await request.loop.sleep(for: pause) }
          for try await piece in request.body { try await writer.write(piece) }
        }
      )
    }
  }

  private static let expecting =
    "POST /stream HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"

  @Test(arguments: [false, true]) func aStreamThatReadsAsksForTheBodyBeforeItsHead(hasMiddleware: Bool) async throws {
    try await onConnection(middleware: hasMiddleware ? [Passing()] : []) {
      Self.addEcho(&$0)
    } _: { client, _ in
      try await client.send(EchoRoutes.quick + Self.expecting)
      let heads = await client.received(until: "chunked\r\n\r\n")
      #expect(heads.contains("\r\n\r\nquickHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"))
      try await client.send("abc")
      #expect(await client.received(until: "0\r\n\r\n").hasSuffix("\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))
    }
  }

  /// No interim answer follows a final one.
  @Test func aStreamThatReadsLateAsksForNothing() async throws {
    try await onConnection {
      Self.addEcho(&$0, after: .milliseconds(20))
    } _: { client, _ in
      try await client.send(Self.expecting)
      _ = await client.received(until: "chunked\r\n\r\n")
      try await client.send("abc")
      let answer = await client.receivedToEnd()
      #expect(answer.hasSuffix("\r\n3\r\nabc\r\n0\r\n\r\n") && !answer.contains("100 Continue"))
    }
  }
}
