import LoopHTTP

/// What many users add first: something that sees every request.
struct CountingMiddleware: SynchronousMiddleware {
  private let count: LoopLocal<Int>

  init(group: EventLoopGroup) {
    count = LoopLocal(group: group) { 0 }
  }

  func handle(_ request: Request, next: (Request) async throws -> Response) async throws -> Response {
    count.withValue { $0 += 1 }
    return try await next(request)
  }

  func handle(_ request: Request, next: (Request) throws -> Response) throws -> Response {
    count.withValue { $0 += 1 }
    return try next(request)
  }
}
