/// The task that runs a streamed body's closure. It begins where the handler returns, because a task copies the task-local values
/// that are bound where it is made, and nothing else can: when the body's turn comes the middlewares have returned, too, and with
/// them the scopes of what they had bound. Until then it waits.
final class ProducerTask: Sendable {
  private let task: Task<Void, any Error>
  private let start: AsyncStream<ResponseWriter>.Continuation

  init(_ produce: @escaping Response.Body.Producer, on loop: EventLoop) {
    let (starts, start) = AsyncStream.makeStream(of: ResponseWriter.self)
    self.start = start
    task = Task(executorPreference: loop) {
      var writers = starts.makeAsyncIterator()
      guard let writer = await writers.next() else { throw CancellationError() }
      try await writer.connection.run(produce, writer)
    }
  }

  deinit {
    // Nobody wants the body, as in an answer to HEAD.
    start.finish()
  }

  /// Suspends until the closure has returned, and throws what it throws.
  func run(_ writer: ResponseWriter, isolation: isolated (any Actor)? = #isolation) async throws {
    start.yield(writer)
    try await withTaskCancellationHandler {
      _ = isolation  // what is captured is where the closure runs
      return try await task.value
    } onCancel: {
      task.cancel()
    }
  }
}

extension RouteHandler {
  /// The same, with streamed bodies that see the task-local values of the place where the handler is called. Any other answer pays
  /// one look at its body.
  var keepingTaskLocals: RouteHandler {
    switch self {
    case .synchronous(let handler):
      .synchronous { request in
        var response = try handler(request)
        if case .stream = response.body { response.keepTaskLocals(on: request.loop) }
        return response
      }
    case .asynchronous(let handler):
      .asynchronous { request in
        var response = try await handler(request)
        if case .stream = response.body { response.keepTaskLocals(on: request.loop) }
        return response
      }
    }
  }
}

extension Response {
  @inline(never)
  fileprivate mutating func keepTaskLocals(on loop: EventLoop) {
    guard case .stream(let produce) = body else { return }
    let task = ProducerTask(produce, on: loop)
    body = .stream { try await task.run($0) }
  }
}
