import HTTPTypes
import Logging
import Testing

@testable import LoopHTTP

@Suite(.timeLimit(.minutes(1))) struct ErrorMiddlewareTests {
  /// Middlewares add their fields to what the innermost one has answered.
  @Test(arguments: ["/teapot", "/broken", "/waits", "/childCancelled"])
  func whatAHandlerThrowsCanBeAnsweredWithinTheMiddlewares(path: String) async throws {
    struct Named: SynchronousMiddleware {
      func handle(_ request: Request, next: (Request) async throws -> Response) async throws -> Response {
        named(try await next(request))
      }
      func handle(_ request: Request, next: (Request) throws -> Response) throws -> Response {
        named(try next(request))
      }
      private func named(_ response: Response) -> Response {
        var response = response
        response.append(.server, "named \(response.status.code)")
        return response
      }
    }
    let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    try await onConnection(middleware: [Named(), ErrorMiddleware(logger: quiet)]) { router in
      router.get("/teapot") { _ in throw HTTPError(.init(code: 418), "short and stout") }
      router.get("/broken") { _ in throw UVError.timedOut }
      router.get("/childCancelled") { _ in
        let child = Task { try await Task.sleep(for: .seconds(3600)) }
        child.cancel()
        try await child.value
        return Response()
      }
      router.get("/waits") { request in
        try await request.loop.sleep(for: .milliseconds(1))
        throw UVError.timedOut
      }
    } _: { client, _ in
      try await client.send("GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      let status = path == "/teapot" ? 418 : 500
      #expect(await client.receivedToEnd().contains("\r\nServer: named \(status)\r\n"))
    }
  }

  /// Whatever a handler makes of its cancellation: no failure of the server's, in no log and no count.
  @Test(arguments: [true, false])
  func aHandlerWhoseClientHasLeftHasNotFailed(isWithinTheMiddlewares: Bool) async throws {
    struct Outermost: SynchronousMiddleware {
      let log: EventLog
      func handle(_ request: Request, next: (Request) async throws -> Response) async throws -> Response {
        do {
          return try await next(request)
        } catch {
          log.append("\(error)")
          throw error
        }
      }
      func handle(_ request: Request, next: (Request) throws -> Response) throws -> Response { try next(request) }
    }
    let log = EventLog()
    let logger = Logger(label: "test") { _ in EventLogHandler(events: log) }
    let ledgers = try await withServer(
      middleware: [Outermost(log: log)] + (isWithinTheMiddlewares ? [ErrorMiddleware(logger: logger)] : []),
      logger: logger
    ) { router in
      router.get("/slow") { request in
        log.append("begun")
        try? await request.loop.sleep(for: .seconds(3600))
        throw UVError.timedOut
      }
    } _: { server in
      let client = try BlockingSocket(to: server.address)
      try client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      client.reset()
      await log.wait(for: 2)
    }
    #expect(log.events == ["begun", "\(isWithinTheMiddlewares ? CancellationError() : UVError.timedOut as any Error)"])
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }
}
