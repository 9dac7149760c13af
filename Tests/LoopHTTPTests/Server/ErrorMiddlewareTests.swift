import HTTPTypes
import Logging
import Testing

@testable import LoopHTTP

@Suite(.timeLimit(.minutes(1))) struct ErrorMiddlewareTests {
  /// Middlewares add their fields to what the innermost one has answered.
  @Test(arguments: ["/teapot", "/broken", "/waits"])
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
}
