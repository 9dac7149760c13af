import HTTPTypes
import Testing

@testable import LoopHTTP

/// What middlewares bind for their handlers holds for the bodies that those stream.
@Suite(.timeLimit(.minutes(1))) struct StreamedBodyContextTests {
  @TaskLocal private static var name = "nobody"

  /// Binds a name for all that is inside of it.
  private struct Naming: SynchronousMiddleware {
    let name: String

    func handle(_ request: Request, next: Next) async throws -> Response {
      try await StreamedBodyContextTests.$name.withValue(name) { try await next(request) }
    }

    func handle(_ request: Request, next: (Request) throws -> Response) throws -> Response {
      try StreamedBodyContextTests.$name.withValue(name) { try next(request) }
    }
  }

  private static func respond() -> Response {
    Response(
      body: .stream { writer in
        #expect(writer.connection.loop.isCurrent)
        try await writer.write("\(name) ")
        try await writer.connection.loop.sleep(for: .milliseconds(1))
        async let child = name
        try await writer.write("\(await child)\n")
      }
    )
  }

  @Test(arguments: ["at-once", "waiting", "inner/at-once", "inner/waiting"])
  func theClosureSeesTheTaskLocalsOfItsHandler(path: String) async throws {
    func add(_ router: inout Router) {
      router.get("/at-once") { _ in Self.respond() }
      router.get("/waiting") { request in
        try await request.loop.sleep(for: .milliseconds(1))
        return Self.respond()
      }
    }
    let ledgers = try await withServer(middleware: [Naming(name: "outer")]) { router in
      add(&router)
      router.group("/inner", middleware: [Naming(name: "inner")]) { add(&$0) }
    } _: { server in
      let name = path.hasPrefix("inner") ? "inner" : "outer"
      for _ in 0..<2 {
        let answer = try await server.get("/\(path)")
        #expect(answer.text == "\(name) \(name)\n")
      }
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test func oneResponseMayAnswerManyRequests() async throws {
    let response = Self.respond()
    _ = try await withServer(middleware: [Naming(name: "any")]) { router in
      router.get("/") { _ in response }
    } _: { server in
      for _ in 0..<2 {
        let answer = try await server.get("/")
        #expect(answer.text == "any any\n")
      }
    }
  }

  /// A body that is not sent leaves nothing behind.
  @Test func theClosureIsLetGoWhereNobodyWantsItsBody() async throws {
    final class Witness: Sendable {
      let log: EventLog
      init(log: EventLog) { self.log = log }
      deinit { log.append("gone") }
    }
    let log = EventLog()
    _ = try await withServer(middleware: [Naming(name: "any")]) { router in
      router.get("/") { _ in
        let witness = Witness(log: log)
        return Response(body: .stream { try await $0.write("\(witness)") })
      }
    } _: { server in
      _ = try await server.client.execute(ClientRequest(.head, server.url("/")))
      await log.wait(for: 1)
    }
  }

  @Test func aClientThatLeavesCancelsTheClosure() async throws {
    let log = EventLog()
    try await onConnection(middleware: [Naming(name: "any")]) { router in
      router.get("/", options: RouteOptions(cancelsWhenClientEnds: true)) { request in
        Response(
          body: .stream { writer in
            defer { log.append(Task.isCancelled ? "cancelled" : "finished") }
            try await writer.write("begun")
            try await request.loop.sleep(for: .seconds(3600))
          }
        )
      }
    } _: { client, _ in
      try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      _ = await client.received(until: "begun")
      await client.halfClose()
      await log.wait(for: 1)
      #expect(!(await client.receivedToEnd()).hasSuffix("0\r\n\r\n"), "a part is no whole")
    }
    #expect(log.events == ["cancelled"])
  }

  @Test func anErrorOfTheClosureCutsTheBody() async throws {
    try await onConnection(middleware: [Naming(name: "any")]) { router in
      router.get("/") { _ in
        Response(
          body: .stream { writer in
            try await writer.write("begun")
            throw HTTPError(.conflict, "mine")
          }
        )
      }
    } _: { client, _ in
      try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(await client.receivedToEnd().hasSuffix("\r\n5\r\nbegun\r\n"))
    }
  }
}
