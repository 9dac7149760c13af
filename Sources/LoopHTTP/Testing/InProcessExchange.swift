/// One request and its response between a client's and a server's connection that know nobody else.
actor InProcessExchange: ConnectionOwner {
  nonisolated let loop: EventLoop
  private let context: ServerContext
  /// The client's connection holds it loosely, and never asks it anything here.
  private let client: LoopClient

  init(loop: EventLoop, context: ServerContext) {
    self.loop = loop
    self.context = context
    client = LoopClient(loop: loop, configuration: ClientConfiguration())
  }

  /// Sends `request` and collects its response; afterwards both connections are closed.
  func run(_ request: ClientRequest) async -> Result<ClientResponse, ClientError> {
    let streams: (TCPStream, TCPStream)
    do throws(UVError) {
      streams = try TCPStream.pair(on: loop)
    } catch {
      return .failure(.connectionFailed(request.url.origin.description, error))
    }
    let serving = Connection(
      stream: streams.0,
      owner: self,
      shared: LoopShared(SharedState(requests: RequestCounter(limit: context.requestsPerLoop))),
      context: context.connections
    )
    let asking = ClientConnection(
      stream: streams.1,
      id: 0,
      origin: request.url.origin,
      pool: client,
      configuration: ClientConfiguration()
    )
    async let served = serving.serve()
    asking.onLoop { $0.start() }
    let result = await answer(to: request, on: asking)
    asking.onLoop { $0.close() }
    // A handler that goes on after its client has given up would be waited for.
    if case .failure = result { serving.onLoop { $0.abort() } }
    _ = await served
    return result
  }

  private func answer(
    to request: ClientRequest,
    on connection: ClientConnection
  ) async -> Result<ClientResponse, ClientError> {
    let call = ClientCall(loop: loop, id: 0)
    call.onLoop { $0.begin(timeout: request.timeout) }
    defer { call.onLoop { $0.end() } }
    return await withTaskCancellationHandler {
      do throws(ClientError) {
        return .success(try await call.exchange(request, on: connection))
      } catch {
        return .failure(error)
      }
    } onCancel: {
      loop.execute { call.onLoop { $0.fail(.cancelled) } }
    }
  }

  /// No connection of one exchange is parked.
  nonisolated func resume(_ connection: Connection) {}

  /// See `resume`.
  nonisolated func ended(_ connection: Connection) {}
}
