/// An HTTP/1.1 client with a keep-alive pool for each origin and loop.
///
/// Called on one of the group's loops it uses that loop's connections, without leaving the thread.
public final class HTTPClient: Sendable {
  private let group: EventLoopGroup
  private let clients: [LoopClient]

  /// Opens nothing yet.
  public convenience init(group: EventLoopGroup, configuration: ClientConfiguration = .init()) {
    self.init(group: group, configuration: configuration, resolver: .shared)
  }

  init(group: EventLoopGroup, configuration: ClientConfiguration, resolver: NameResolver) {
    self.group = group
    clients = group.loops.map { LoopClient(loop: $0, configuration: configuration, resolver: resolver) }
  }

  /// Sends `request` and collects its response; suspends until that is complete. Cancelling the task, or the request's
  /// time limit, closes the connection. Retried only where RFC 9110 §9.2.2 allows: an idempotent request on a
  /// connection used before, of whose answer nothing has come.
  public func execute(_ request: ClientRequest) async throws(ClientError) -> ClientResponse {
    let loop = group.preferredLoop
    let client = clients[loop.index]
    // Each step would otherwise wait for a thread of the runtime's pool, while the time limits run on the loop.
    return try await loop.withVisitor(orThrow: ClientError.shutDown) { () async throws(ClientError) in
      try await client.execute(request)
    }
  }

  /// Sends `request` and calls `read` with its response's head, whose `body` is empty, and with its content as it comes. Where `read`
  /// has taken all of that, the connection is used again; else it is closed, which tells the server.
  ///
  /// The request's `timeout` is the time for the head, and then for each piece; its `responseBodyLimit` holds for all of them
  /// together. Throws what `read` throws, and otherwise as `execute`.
  public func withResponse<Success>(
    to request: ClientRequest,
    _ read: nonisolated(nonsending) (ClientResponse, ClientBody) async throws -> Success
  ) async throws -> Success {
    try await exchange(request, nil, read)
  }

  /// Sends `request` and gives its response as soon as its head has come, with the content yet to be read; where a closure can have all
  /// of it, `withResponse` is simpler. Time and size limits are those of `withResponse`. Throws ``ClientError``.
  public func open(_ request: ClientRequest) async throws -> OpenResponse {
    let client = try enter()
    return OpenResponse(try await client.begin(request), of: client)
  }

  /// As `execute`, with a body that `body` writes while it is sent: with a `Content-Length` where its length in bytes is known, else
  /// chunked. The closure is called once, when the connection stands: such a request is never sent again.
  ///
  /// An answer that comes before the body's end stops it if its status is 300 or above, as does the end of any answer: the closure's
  /// task is cancelled, the connection then closed, and the answer given. An error that the closure throws before closes the
  /// connection and is thrown here; so is ``ClientError/bodyLengthMismatch(_:)``. In all cases the closure has ended first.
  ///
  /// The request's `timeout` is the time for a connection, for each write, for the head once the body is sent, and for each piece
  /// of the response.
  public func execute(
    _ request: ClientRequest,
    bodyLength: Int? = nil,
    body: @escaping ClientRequest.BodyProducer
  ) async throws -> ClientResponse {
    let (request, body) = try request.sentOnce(with: body, length: bodyLength)
    let client = try enter()
    return try await withTaskExecutorPreference(client.loop) { try await client.execute(request, body) }
  }

  /// As the other `withResponse`, with a body that `body` writes while it is sent, as in ``execute(_:bodyLength:body:)``; meanwhile
  /// `read` may already have the response. The body ends with `read` at the latest.
  public func withResponse<Success>(
    to request: ClientRequest,
    bodyLength: Int? = nil,
    body: @escaping ClientRequest.BodyProducer,
    _ read: nonisolated(nonsending) (ClientResponse, ClientBody) async throws -> Success
  ) async throws -> Success {
    let (request, body) = try request.sentOnce(with: body, length: bodyLength)
    return try await exchange(request, body, read)
  }

  private func exchange<Success>(
    _ request: ClientRequest,
    _ body: ProducedBody?,
    _ read: nonisolated(nonsending) (ClientResponse, ClientBody) async throws -> Success,
    isolation: isolated (any Actor)? = #isolation
  ) async throws -> Success {
    let client = try enter()
    let exchange = try await client.begin(request, body)
    let result: Result<Success, any Error>
    do {
      let success = try await withTaskCancellationHandler {
        _ = isolation  // what is captured is where the closure runs
        return try await read(exchange.response, ClientBody(exchange: exchange))
      } onCancel: {
        exchange.cancel()
      }
      result = .success(success)
    } catch {
      result = .failure(error)
    }
    // Where the body went wrong, so did the response.
    if let failure = await client.end(exchange) { throw failure }
    return try result.get()
  }

  /// The client of the caller's loop, or of the first. Until that leaves it, at the call's end, the loop does not end, wherever the
  /// content is read.
  private func enter() throws(ClientError) -> LoopClient {
    let client = clients[group.preferredLoop.index]
    guard client.loop.enter() else { throw .shutDown }
    return client
  }

  /// Closes idle connections; requests on their way fail with ``ClientError/shutDown``, and so do later ones. Suspends until the last
  /// of their calls has returned: whoever reads a response or writes a body is told when it next asks for more. So not within such a
  /// closure, which would wait for itself. Before the group's own shutdown.
  public func shutdown() async {
    let clients = clients.filter { $0.loop.enter() }
    for client in clients { await client.beginShutdown() }
    for client in clients { await client.endShutdown() }
  }
}

extension LoopClient {
  /// As `beginStreaming`, with all steps on the loop; whoever reads stays where it is.
  fileprivate nonisolated func begin(_ request: ClientRequest, _ body: ProducedBody? = nil) async throws
    -> StreamedExchange
  {
    if loop.isCurrent, loop.isPreferredByTask { return try await beginStreaming(request, body) }
    return try await withTaskExecutorPreference(loop) { try await beginStreaming(request, body) }
  }
}
