/// A client's part on one loop: the pools of its origins.
///
/// Calls and connections are actors of the same loop. Whatever of theirs need not wait is called with `onLoop`: an
/// `await` would look the executors up each time.
actor LoopClient: LoopActor {
  nonisolated let loop: EventLoop

  private let configuration: ClientConfiguration
  private let resolver: NameResolver
  private var pools: [ClientURL.Origin: PoolState<ClientConnection, ClientCall>] = [:]
  private var calls: [Int: ClientCall] = [:]
  private var nextID = 0
  private var isShutDown = false
  /// Who waits for the last call's end.
  private var waiters: [CheckedContinuation<Void, Never>] = []

  init(loop: EventLoop, configuration: ClientConfiguration, resolver: NameResolver = .shared) {
    self.loop = loop
    self.configuration = configuration
    self.resolver = resolver
  }

  /// Sends `request`, on a connection used before where one is free.
  func execute(_ request: ClientRequest) async throws(ClientError) -> ClientResponse {
    let call = try begin(request)
    let result = await withCancellation(of: call) { () async throws(ClientError) in
      try await self.attempt(request, call) { call, connection async throws(ClientError) in
        try await call.exchange(request, on: connection)
      }
    }
    end(call)
    let (response, connection) = try result.get()
    giveBack(connection)
    return response
  }

  /// As the other `execute`, with a body that is produced, and throws what that does, too; for a caller who has entered the loop, which
  /// is then left.
  func execute(_ request: ClientRequest, _ body: ProducedBody) async throws -> ClientResponse {
    let exchange = try await beginStreaming(request, body)
    let result: Result<ClientResponse, any Error>
    do {
      var bytes: [UInt8] = []
      while let piece = try await exchange.nextPiece() { if bytes.isEmpty { bytes = piece } else { bytes += piece } }
      result = .success(exchange.response.completed(bytes, await exchange.trailers()))
    } catch {
      result = .failure(error)
    }
    if let failure = await end(exchange) { throw failure }
    return try result.get()
  }

  /// The first part of `execute`, to the head of the response, for a caller who has entered the loop; `end` or `release` must follow,
  /// and leaves it. Throws what a produced body throws, and else `ClientError`; the loop is then left.
  func beginStreaming(_ request: ClientRequest, _ body: ProducedBody?) async throws -> StreamedExchange {
    var isBegun = false
    defer { if !isBegun { loop.leave() } }
    let call = try begin(request)
    let result = await withCancellation(of: call) { () async throws(ClientError) in
      try await self.attempt(request, call) { call, connection async throws(ClientError) in
        try await call.begin(request, body, on: connection)
      }
    }
    do throws(ClientError) {
      let (response, connection) = try result.get()
      isBegun = true
      return StreamedExchange(call: call, connection: connection, response: response)
    } catch {
      if let failure = await finish(call) { throw failure }
      throw error
    }
  }

  /// Nothing more is read of the response: a connection that has it all goes back to the pool, any other ends. Gives what went
  /// wrong in the closure of a produced body.
  func end(_ exchange: StreamedExchange) async -> (any Error)? {
    defer { loop.leave() }
    exchange.call.onLoop { $0.end() }
    giveBack(exchange.connection)
    return await finish(exchange.call)
  }

  /// As the other `end`, without a produced body.
  func release(_ exchange: StreamedExchange) {
    end(exchange.call)
    giveBack(exchange.connection)
    loop.leave()
  }

  /// As `end`, where there may be the closure of a produced body, too.
  private func finish(_ call: ClientCall) async -> (any Error)? {
    call.onLoop { $0.end() }
    let failure = await call.finishProducing()
    forget(call)
    return failure
  }

  private func withCancellation<Success: Sendable>(
    of call: ClientCall,
    _ body: () async throws(ClientError) -> Success
  ) async -> Result<Success, ClientError> {
    await withTaskCancellationHandler {
      _ = self  // what is captured is where the closure runs
      do throws(ClientError) {
        return .success(try await body())
      } catch {
        return .failure(error)
      }
    } onCancel: {
      loop.execute { call.onLoop { $0.fail(.cancelled) } }
    }
  }

  /// The loop's end is that of its clients, also where nobody shut them down.
  private var isEnding: Bool { isShutDown || loop.ending != nil }

  private func begin(_ request: ClientRequest) throws(ClientError) -> ClientCall {
    guard !isEnding else { throw .shutDown }
    // The handler of the cancellation would come too late: when the request is sent.
    if Task.isCancelled { throw .cancelled }
    try request.checkFields()
    nextID += 1
    let call = ClientCall(loop: loop, id: nextID)
    calls[call.id] = call
    call.onLoop { $0.begin(timeout: request.timeout) }
    return call
  }

  private func end(_ call: ClientCall) {
    call.onLoop { $0.end() }
    forget(call)
  }

  private func forget(_ call: ClientCall) {
    calls[call.id] = nil
    guard isShutDown, calls.isEmpty else { return }
    for waiter in waiters { waiter.resume() }
    waiters = []
  }

  private func attempt(
    _ request: ClientRequest,
    _ call: ClientCall,
    _ exchange: (ClientCall, ClientConnection) async throws(ClientError) -> ClientResponse
  ) async throws(ClientError) -> (ClientResponse, ClientConnection) {
    while true {
      let connection = try await acquire(request.url.origin, call)
      do throws(ClientError) {
        return (try await exchange(call, connection), connection)
      } catch {
        drop(connection)
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
      let stream = try await call.connect(to: origin, by: resolver, timeout: configuration.connectTimeout)
      return start(stream, origin)
    } catch {
      settle(origin) { $0.connectionEnded() }
      throw error
    }
  }

  private func start(_ stream: TCPStream, _ origin: ClientURL.Origin) -> ClientConnection {
    nextID += 1
    let connection = ClientConnection(
      stream: stream,
      id: nextID,
      origin: origin,
      pool: self,
      configuration: configuration
    )
    connection.onLoop { $0.start() }
    return connection
  }

  private func drop(_ connection: ClientConnection) {
    connection.onLoop { $0.close() }
    settle(connection.origin) { $0.connectionEnded() }
  }

  private func giveBack(_ connection: ClientConnection) {
    let mayStay = !isEnding
    let stays = connection.onLoop { $0.endExchange(mayStay: mayStay) }
    settle(connection.origin) { stays ? $0.release(id: connection.id, connection) : $0.connectionEnded() }
  }

  /// An idle connection was closed by the server, or has been idle for too long.
  func idleConnectionEnded(_ connection: ClientConnection) {
    guard pools[connection.origin]?.removeIdle(id: connection.id) == true else { return }
    connection.onLoop { $0.close() }
    forgetUnused(connection.origin)
  }

  private typealias Pool = PoolState<ClientConnection, ClientCall>

  private func settle(_ origin: ClientURL.Origin, _ input: (inout Pool) -> Pool.Consequence) {
    // In place: a copy of the pool would copy its list of idle connections.
    guard let index = pools.index(forKey: origin) else { return }
    switch input(&pools.values[index]) {
    case .nothing: if pools.values[index].isUnused { pools.remove(at: index) }
    case .handOver(let connection, let call): call.onLoop { $0.handOver(connection) }
    case .letOpen(let call): call.onLoop { $0.letOpen() }
    }
  }

  private func forgetUnused(_ origin: ClientURL.Origin) {
    if pools[origin]?.isUnused == true { pools[origin] = nil }
  }

  /// Closes idle connections; what is on its way fails with `shutDown`, and so does what comes later.
  func beginShutdown() {
    isShutDown = true
    for call in calls.values { call.onLoop { $0.fail(.shutDown) } }
    for connection in pools.values.flatMap(\.idleConnections) { idleConnectionEnded(connection) }
  }

  /// Suspends until no call is left; after `beginShutdown`, for a caller who has entered the loop, which is then left.
  func endShutdown() async {
    defer { loop.leave() }
    await withCheckedContinuation { continuation in
      // Here, and not before: the runtime may let others go first.
      if calls.isEmpty { continuation.resume() } else { waiters.append(continuation) }
    }
  }
}
