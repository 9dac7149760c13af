import HTTPTypes
import Testing

@testable import LoopHTTP

/// Values that go with a request, asked of a router without a server.
@Suite(.timeLimit(.minutes(1))) struct RequestKeyTests {
  private enum UserKey: RequestKey { typealias Value = String }
  private enum CountKey: RequestKey { typealias Value = Int }

  private struct Naming: SynchronousMiddleware {
    func handle(_ request: Request, next: Next) async throws -> Response { try await next(named(request)) }
    func handle(_ request: Request, next: (Request) throws -> Response) throws -> Response { try next(named(request)) }

    private func named(_ request: Request) -> Request {
      var request = request
      request[UserKey.self] = request.queryValue("user")
      request[CountKey.self] = (request[CountKey.self] ?? 0) + 1
      return request
    }
  }

  private static func text(_ request: Request) -> String {
    "\(request[UserKey.self] ?? "nobody") \(request[CountKey.self] ?? 0) \(request.routeTemplate ?? "")"
  }

  @Test func aHandlerAndItsStreamSeeWhatMiddlewaresHandOn() async throws {
    var router = Router()
    router.get("/at-once") { Response(Self.text($0)) }
    router.get("/later") { request in
      try await request.loop.sleep(for: .milliseconds(1))
      return Response(Self.text(request))
    }
    router.get("/stream") { request in
      Response(body: .stream { writer in try await writer.write(Self.text(request)) })
    }
    for path in ["/at-once", "/later", "/stream"] {
      let request = ClientRequest(.get, try ClientURL("http://test\(path)?user=ada"))
      #expect(try await router.respond(to: request, middleware: [Naming(), Naming()]).text == "ada 2 \(path)")
    }
  }

  /// Pipelined, so that both requests use the same memory.
  @Test func nothingOfItIsThereForTheNextRequest() async throws {
    try await onConnection(middleware: [Naming()]) { router in
      router.get("/at-once") { Response(Self.text($0)) }
    } _: { client, _ in
      try await client.send("GET /at-once?user=ada HTTP/1.1\r\nHost: a\r\n\r\nGET /at-once HTTP/1.1\r\nHost: a\r\n\r\n")
      let answers = await client.received(until: "nobody")
      #expect(answers.contains("ada 1 /at-once") && answers.contains("nobody 1 /at-once"))
    }
  }
}
