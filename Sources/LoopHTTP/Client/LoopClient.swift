/// A client's part on one loop: the pools of its origins.
actor LoopClient: LoopActor {
  nonisolated let loop: EventLoop

  private let configuration: ClientConfiguration
  private var pools: [ClientURL.Origin: PoolState<ClientConnection, ClientCall>] = [:]
  private var calls: [Int: ClientCall] = [:]
  private var nextID = 0
  private var isShutDown = false

  init(loop: EventLoop, configuration: ClientConfiguration) {
    self.loop = loop
    self.configuration = configuration
  }

  /// Sends `request`, on a connection used before where one is free.
  func execute(_ request: ClientRequest) async throws(ClientError) -> ClientResponse {
    guard !isShutDown else { throw .shutDown }
    nextID += 1
    let call = ClientCall(loop: loop, id: nextID)
    calls[call.id] = call
    await call.begin(timeout: request.timeout)
    let result: Result<ClientResponse, ClientError> = await withTaskCancellationHandler {
      do throws(ClientError) {
        return .success(try await self.attempt(request, call))
      } catch {
        return .failure(error)
      }
    } onCancel: {
      loop.execute { call.assumeIsolated { $0.cancel() } }
    }
    await call.end()
    calls[call.id] = nil
    return try result.get()
  }

  private func attempt(_ request: ClientRequest, _ call: ClientCall) async throws(ClientError) -> ClientResponse {
    while true {
      let connection = try await acquire(request.url.origin, call)
      do throws(ClientError) {
        let response = try await call.exchange(request, on: connection)
        await giveBack(connection)
        return response
      } catch {
        await connection.close()
        settle(request.url.origin) { $0.connectionEnded() }
        guard request.isResentByClient, request.mayBeResent(after: error) else { throw error }
      }
    }
  }

  private func acquire(_ origin: ClientURL.Origin, _ call: ClientCall) async throws(ClientError) -> ClientConnection {
    if pools[origin] == nil {
      pools[origin] = PoolState(
        connectionLimit: configuration.connectionsPerOrigin,
        waiterLimit: configuration.waitersPerOrigin
      )
    }
    switch pools[origin]?.acquire(waiterID: call.id, call) {
    case .use(let connection): return connection
    case .open: return try await open(origin, call)
    case .refuse, nil: throw .poolExhausted(origin.description)
    case .wait:
      do throws(ClientError) {
        if let connection = try await call.waitForPool() { return connection }
      } catch {
        _ = pools[origin]?.removeWaiter(id: call.id)
        throw error
      }
      return try await open(origin, call)
    }
  }

  private func open(_ origin: ClientURL.Origin, _ call: ClientCall) async throws(ClientError) -> ClientConnection {
    do throws(ClientError) {
      let stream = try await call.connect(to: origin, timeout: configuration.connectTimeout)
      nextID += 1
      let connection = ClientConnection(
        stream: stream,
        id: nextID,
        origin: origin,
        pool: self,
        configuration: configuration
      )
      await connection.start()
      return connection
    } catch {
      settle(origin) { $0.connectionEnded() }
      throw error
    }
  }

  private func giveBack(_ connection: ClientConnection) async {
    guard await connection.isReusable, !isShutDown else {
      await connection.close()
      return settle(connection.origin) { $0.connectionEnded() }
    }
    await connection.becomeIdle()
    settle(connection.origin) { $0.release(id: connection.id, connection) }
  }

  /// An idle connection was closed by the server, or has been idle for too long.
  func idleConnectionEnded(_ connection: ClientConnection) {
    guard pools[connection.origin]?.removeIdle(id: connection.id) == true else { return }
    connection.assumeIsolated { $0.close() }
    forgetUnused(connection.origin)
  }

  private typealias Pool = PoolState<ClientConnection, ClientCall>

  private func settle(_ origin: ClientURL.Origin, _ input: (inout Pool) -> Pool.Consequence) {
    guard var pool = pools[origin] else { return }
    let consequence = input(&pool)
    pools[origin] = pool
    switch consequence {
    case .nothing: forgetUnused(origin)
    case .handOver(let connection, let call): call.assumeIsolated { $0.handOver(connection) }
    case .letOpen(let call): call.assumeIsolated { $0.letOpen() }
    }
  }

  private func forgetUnused(_ origin: ClientURL.Origin) {
    if pools[origin]?.isUnused == true { pools[origin] = nil }
  }

  /// Closes idle connections and cancels what is on its way; what comes later fails with `shutDown`.
  func shutdown() {
    isShutDown = true
    for call in calls.values { call.assumeIsolated { $0.cancel() } }
    for connection in pools.values.flatMap(\.idleConnections) { idleConnectionEnded(connection) }
  }
}
