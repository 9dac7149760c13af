/// An HTTP/1.1 client with a keep-alive pool for each origin and loop.
///
/// Called on one of the group's loops it uses that loop's connections, without leaving the thread.
public final class HTTPClient: Sendable {
  private let group: EventLoopGroup
  private let clients: [LoopClient]

  /// Opens nothing yet.
  public init(group: EventLoopGroup, configuration: ClientConfiguration = .init()) {
    self.group = group
    clients = group.loops.map { LoopClient(loop: $0, configuration: configuration) }
  }

  /// Sends `request` and collects its response; suspends until that is complete. Cancelling the task, or the request's
  /// time limit, closes the connection. Retried only where RFC 9110 §9.2.2 allows: an idempotent request on a
  /// connection used before, of whose answer nothing has come.
  public func execute(_ request: ClientRequest) async throws(ClientError) -> ClientResponse {
    let loop = group.preferredLoop
    let client = clients[loop.index]
    if loop.isPreferredByTask { return try await client.execute(request) }
    // Each step would otherwise wait for a thread of the runtime's pool, while the time limits run on the loop.
    return try await withTaskExecutorPreference(loop) { () async throws(ClientError) in
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
    let client = clients[group.preferredLoop.index]
    let exchange = try await client.beginStreaming(request)
    do {
      let success = try await read(exchange.response, ClientBody(exchange: exchange))
      await client.end(exchange)
      return success
    } catch {
      await client.end(exchange)
      throw error
    }
  }

  /// Closes idle connections and cancels requests on their way. Before the group's own shutdown.
  public func shutdown() async {
    for client in clients { await client.shutdown() }
  }
}
