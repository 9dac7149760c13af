import HTTPTypes
import Testing

@testable import LoopHTTP

/// What a handler throws, and what it reads as the type that it wants.
@Suite(.timeLimit(.minutes(1))) struct HTTPErrorTests {
  /// An error of a program's own.
  private enum Refusal: HTTPErrorConvertible {
    case unknownCaller, tooSoon

    var httpError: HTTPError {
      switch self {
      case .unknownCaller: HTTPError(.unauthorized, headerFields: [.wwwAuthenticate: #"Basic realm="dice""#])
      case .tooSoon: HTTPError(.tooManyRequests, "Wait", headerFields: [.retryAfter: "7"])
      }
    }
  }

  private func answer(
    _ path: String,
    middleware: [any Middleware] = [],
    errorResponse: @escaping @Sendable (HTTPError) -> Response = Router.plainTextError
  ) async throws -> ClientResponse {
    var router = Router(errorResponse: errorResponse)
    router.get("/private") { _ in throw Refusal.unknownCaller }
    router.get("/often") { _ in throw Refusal.tooSoon }
    router.get("/items/{id}") { request in
      guard let id = request.parameters["id", as: Int.self] else { throw HTTPError(.notFound) }
      return Response("<b>\(id + Int(request.queryValue("add", as: Int8.self) ?? 0))", contentType: .html)
    }
    return try await router.respond(to: ClientRequest(.get, ClientURL("http://test\(path)")), middleware: middleware)
  }

  @Test(arguments: [false, true])
  func errorsOfOnesOwnAreAnsweredAsTheySay(isWithinTheMiddlewares: Bool) async throws {
    let middleware: [any Middleware] = isWithinTheMiddlewares ? [ErrorMiddleware()] : []
    let refused = try await answer("/private", middleware: middleware)
    #expect((refused.statusCode, refused.text) == (401, "Unauthorized\n"))
    #expect(refused.headerValues(.wwwAuthenticate) == [#"Basic realm="dice""#])
    let late = try await answer("/often", middleware: middleware)
    #expect((late.statusCode, late.text) == (429, "Wait\n"))
    #expect(late.headerValues(.retryAfter) == ["7"])
  }

  @Test func theirFieldsStandWhateverRendersThem() async throws {
    let answer = try await answer("/often", errorResponse: { Response("{}", status: $0.status, contentType: .json) })
    #expect(answer.text == "{}")
    #expect(answer.headerValues(.retryAfter) == ["7"])
  }

  @Test(arguments: [
    ("/items/7", 200, "<b>7"), ("/items/7?add=-3", 200, "<b>4"), ("/items/7?add=300", 200, "<b>7"),
    ("/items/seven", 404, "Not Found\n"), ("/items/99999999999999999999", 404, "Not Found\n"),
  ])
  func parametersAreReadAsTheTypeThatIsAskedFor(path: String, status: Int, text: String) async throws {
    let answer = try await answer(path)
    #expect((answer.statusCode, answer.text) == (status, text))
  }

  @Test func aTextMayHaveAnotherType() async throws {
    #expect(try await answer("/items/7").headerValues(.contentType) == ["text/html; charset=utf-8"])
  }
}
