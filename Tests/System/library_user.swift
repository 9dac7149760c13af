import HTTPTypes
import LoopHTTP

/// Written as by somebody who knows nothing of `nonisolated(nonsending)`.
struct Naming: Middleware {
  func handle(_ request: Request, next: Next) async throws -> Response {
    var response = try await next(request)
    response.append(.server, "named")
    return response
  }
}

/// With the compiler's own spelling of the requirement.
struct Counting: SynchronousMiddleware {
  nonisolated(nonsending) func handle(
    _ request: Request,
    next: nonisolated(nonsending) (Request) async throws -> Response
  ) async throws -> Response {
    counted(try await next(request))
  }

  func handle(_ request: Request, next: (Request) throws -> Response) throws -> Response {
    counted(try next(request))
  }

  private func counted(_ response: Response) -> Response {
    var response = response
    response.append(.eTag, "\"1\"")
    return response
  }
}

@Sendable func length(_ request: Request) async throws -> Response {
  var bytes = 0
  for try await piece in request.body { bytes += piece.count }
  return Response("\(bytes)")
}

/// What a program with default settings does with the library; prints what its client was answered.
@main struct LibraryUser {
  static func main() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    var router = Router()
    router.get("/at-once") { _ in Response("at once") }
    router.post("/length", length)
    router.post("/collected") { request in Response(body: .bytes(try await request.body.collect(upTo: 100))) }
    router.get("/stream") { request in
      Response(
        body: .stream { writer in
          for number in 1...3 {
            try await request.loop.sleep(for: .milliseconds(1))
            try await writer.write("\(number)")
          }
        }
      )
    }
    let server = try HTTPServer(
      router: router,
      middleware: [Naming(), Counting()],
      configuration: .init(port: 0),
      group: group
    )
    let address = try await server.bind()
    async let running: Void = server.run()
    let client = HTTPClient(group: group)
    for (method, path) in [
      (HTTPRequest.Method.get, "/at-once"), (.post, "/length"), (.post, "/collected"), (.get, "/stream"),
    ] {
      var request = ClientRequest(method, try ClientURL("http://\(address)\(path)"))
      if method == .post { request.body = Array("four".utf8) }
      let response = try await client.execute(request)
      let fields = "\(response.header(.server) ?? "-") \(response.header(.eTag) ?? "-")"
      print(path, String(decoding: response.body, as: UTF8.self), fields)
    }
    let stream = ClientRequest(.get, try ClientURL("http://\(address)/stream"))
    let bytes = try await client.withResponse(to: stream) { response, body in
      var bytes = 0
      for try await piece in body { bytes += piece.count }
      return bytes + response.body.count
    }
    // Sent while it is produced.
    let produced = try await client.execute(ClientRequest(.post, try ClientURL("http://\(address)/length"))) { writer in
      for number in 1...3 {
        try await group.loops[0].sleep(for: .milliseconds(1))
        try await writer.write("\(number)")
      }
    }
    print(String(decoding: produced.body, as: UTF8.self))
    let alone = try await router.respond(to: ClientRequest(.get, try ClientURL("http://alone/at-once")))
    print(bytes, String(decoding: alone.body, as: UTF8.self))
    await client.shutdown()
    await server.shutdown()
    try await running
    await group.shutdown()
  }
}
