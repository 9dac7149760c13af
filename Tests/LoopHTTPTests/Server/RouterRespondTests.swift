import HTTPTypes
import Logging
import Synchronization
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

  /// Of whose connections a loop of their own has ended since.
  @Test func whatIsKeptOfAnExchangeIsOver() async throws {
    let writers = Mutex<[ResponseWriter]>([])
    let requests = Mutex<[Request]>([])
    var router = Router()
    router.post("/") { request in
      requests.withLock { $0.append(request) }
      return Response(body: .stream { writer in writers.withLock { $0.append(writer) } })
    }
    var post = try request(.post, "/")
    post.body = [1]
    _ = try await router.respond(to: post)
    let (writer, kept) = try #require(zip(writers.withLock { $0 }, requests.withLock { $0 }).first { _ in true })
    await #expect(throws: ConnectionError.bodyEnded) { try await writer.write("late") }
    await #expect(throws: RequestBodyError.exchangeEnded) { try await kept.body.collect() }
    #expect(await kept.trailerFields.isEmpty)
    // Either holds its connection, and that the routes, which hold these.
    requests.withLock { $0 = [] }
    writers.withLock { $0 = [] }
  }
}
