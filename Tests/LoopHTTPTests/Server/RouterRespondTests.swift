import HTTPTypes
import Logging
import Testing

@testable import LoopHTTP

/// A router that is asked without a server answers as a server would.
@Suite(.timeLimit(.minutes(1))) struct RouterRespondTests {
  private static let router = {
    var router = Router()
    EchoRoutes.add(&router)
    router.get("/peer") { Response("\($0.authority ?? "-") \($0.remoteAddress == nil)") }
    router.get("/fails") { _ in throw HTTPError(.conflict, "no") }
    router.get("/never") { request in
      try await request.loop.sleep(for: .seconds(3600))
      return Response()
    }
    return router
  }()

  private func request(_ method: HTTPRequest.Method, _ path: String) throws -> ClientRequest {
    ClientRequest(method, try ClientURL("http://test\(path)"))
  }

  @Test func itHasBodiesErrorsAndTheRoutersOwnAnswers() async throws {
    var post = try request(.post, "/echo")
    post.body = [UInt8](repeating: 7, count: 900_000)
    #expect(try await Self.router.respond(to: post).body == post.body)
    #expect(try await Self.router.respond(to: request(.get, "/peer")).text == "test true")
    #expect(try await Self.router.respond(to: request(.get, "/fails")).statusCode == 409)
    #expect(try await Self.router.respond(to: request(.get, "/nowhere")).statusCode == 404)
    #expect(try await Self.router.respond(to: request(.put, "/quick")).statusCode == 405)
    let head = try await Self.router.respond(to: request(.head, "/quick"))
    #expect(head.header(.contentLength) == "5" && head.body.isEmpty)
  }

  @Test func itObeysTheLimitsOfAServer() async throws {
    var configuration = ServerConfiguration()
    configuration.limits.bodyBytes = 3
    var post = try request(.post, "/echo")
    post.body = [1, 2, 3, 4]
    #expect(try await Self.router.respond(to: post, configuration: configuration).statusCode == 413)
  }

  @Test func aTimeLimitEndsAHandlerThatNeverDoes() async throws {
    var never = try request(.get, "/never")
    never.timeout = .milliseconds(50)
    await #expect(throws: ClientError.timedOut(.response)) { _ = try await Self.router.respond(to: never) }
  }

  @Test func cancellationEndsIt() async throws {
    let never = try request(.get, "/never")
    let task = Task { () throws(ClientError) in try await Self.router.respond(to: never) }
    task.cancel()
    await #expect(throws: ClientError.cancelled) { _ = try await task.value }
  }
}
