import HTTPTypes
import Testing

@testable import LoopHTTP

/// What the router says for itself, and what groups put around their routes, on the wire.
@Suite(.timeLimit(.minutes(1))) struct RouterAnswerTests {
  private struct Mark: Middleware {
    let name: String

    func handle(_ request: Request, next: Next) async throws -> Response {
      var response = try await next(request)
      response.append(.eTag, name)
      return response
    }
  }

  /// RFC 9110 §10.2.2 with RFC 3986 §4.2: the scheme and the host stay those the client used, and `//` names no other.
  @Test(arguments: [
    ("/dice/", "/dice"), ("/dice/?a=b", "/dice?a=b"), ("http://elsewhere.example/dice/", "/dice"),
    ("/\\elsewhere.example/", "/./\\elsewhere.example"), ("//elsewhere.example/", "/.//elsewhere.example"),
  ])
  func aSlashTooManyRedirectsToAPathOfTheSameHost(target: String, location: String) async throws {
    try await onConnection { router in
      router.get("/dice") { _ in Response() }
      router.get("//elsewhere.example") { _ in Response() }
      router.get("/{name}") { _ in Response() }
    } _: { client, _ in
      try await client.send("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
      let answer = await client.received(until: "\r\n\r\n")
      #expect(answer.contains("HTTP/1.1 307 "))
      #expect(answer.contains("Location: " + location + "\r\n"))
    }
  }

  /// RFC 9110 §9.3.7.
  @Test func aQuestionAboutTheServerIsAnswered() async throws {
    try await onConnection { router in
      router.get("/") { _ in Response() }
      router.post("/a") { _ in Response() }
      router.get("/a") { _ in Response() }
    } _: { client, _ in
      try await client.send("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
      let answer = await client.received(until: "\r\n\r\n")
      #expect(answer.contains("HTTP/1.1 204 ") && answer.contains("Allow: GET, POST, HEAD\r\n"))
    }
  }

  @Test func aGroupHasAPrefixAndMiddlewaresInsideOfTheServers() async throws {
    _ = try await withServer(
      middleware: [Mark(name: "server")],
      { router in
        router.get("/out") { _ in Response("out") }
        router.group("/api", middleware: [Mark(name: "outer")]) { router in
          router.get("/a") { Response($0.routeTemplate ?? "") }
          router.group("/{id}", middleware: [Mark(name: "inner")]) { router in
            router.get("/b") { Response($0.parameters["id"] ?? "") }
          }
        }
        router.get("/after") { _ in Response("after") }
      }
    ) { server in
      for (target, text, marks) in [
        ("/out", "out", ["server"]), ("/after", "after", ["server"]), ("/api/a", "/api/a", ["outer", "server"]),
        ("/api/7/b", "7", ["inner", "outer", "server"]),
      ] {
        let response = try await server.get(target)
        #expect(response.text == text)
        #expect(response.headerFields[values: .eTag] == marks)
      }
    }
  }
}
