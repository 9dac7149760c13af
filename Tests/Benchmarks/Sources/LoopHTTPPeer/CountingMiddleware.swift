import LoopHTTP

/// What many users add first: something that sees every request.
struct CountingMiddleware: Middleware {
  private let count: LoopLocal<Int>

  init(group: EventLoopGroup) {
    count = LoopLocal(group: group) { 0 }
  }

  func handle(_ request: Request, next: (Request) async throws -> Response) async throws -> Response {
    count.withValue { $0 += 1 }
    return try await next(request)
  }
}
