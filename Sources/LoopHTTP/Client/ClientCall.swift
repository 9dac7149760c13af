/// One request on its way: what it waits for, and the one place where its time limit and its cancellation end that.
actor ClientCall: LoopActor, DeadlineOwner {
  enum Wait {
    case nothing
    case pool
    case lookUp
    case connect(ConnectionRace)
    case exchange(ClientConnection)
  }

  nonisolated let loop: EventLoop
  nonisolated let id: Int

  private(set) var wait = Wait.nothing
  private(set) var failure: ClientError?
  private(set) var deadline: Deadline?
  private(set) var timeout = UInt64.max
  /// The body that is produced while it is sent, where there is one.
  var production: Production?
  private let news: WaitPoint
  private var handedOver: ClientConnection?
  private var mayOpen = false
  /// Whose response is read piece by piece: also while nobody waits for one, it is this call's to close.
  private var streamed: ClientConnection?

  init(loop: EventLoop, id: Int) {
    self.loop = loop
    self.id = id
    news = WaitPoint(loop: loop)
  }

  func begin(timeout: Duration) {
    let deadline = Deadline(loop: loop, owner: self)
    self.timeout = timeout.nanoseconds
    deadline.set(self.timeout)
    self.deadline = deadline
  }

  func end() {
    stopProducing()
    deadline?.cancel()
    deadline = nil
    streamed = nil
  }

  nonisolated func deadlinePassed() {
    onLoop { $0.timeOut() }
  }

  private func timeOut() {
    if loop.ending != nil { return fail(.shutDown) }
    if production != nil { return fail(.timedOut(.response)) }
    switch wait {
    case .pool: fail(.timedOut(.connectionFromPool))
    case .nothing, .lookUp, .connect: fail(.timedOut(.connect))
    case .exchange: fail(.timedOut(.response))
    }
  }

  /// Ends what it waits for, and whatever it begins afterwards.
  func fail(_ error: ClientError) {
    guard failure == nil else { return }
    failure = error
    stopProducing()
    switch wait {
    case .nothing: streamed?.onLoop { $0.close() }
    case .pool, .lookUp: news.wake()
    case .connect(let race):
      race.cancel()
      news.wake()
    case .exchange(let connection): connection.onLoop { $0.close() }
    }
  }

  /// Suspends until the pool has something; nil means that a new connection may be opened.
  func waitForPool() async throws(ClientError) -> ClientConnection? {
    wait = .pool
    defer { wait = .nothing }
    while failure == nil, handedOver == nil, !mayOpen { await news.wait() }
    if let connection = handedOver.take() { return connection }
    if let failure, !mayOpen { throw failure }
    mayOpen = false
    return nil
  }

  /// From the pool: a free connection.
  func handOver(_ connection: ClientConnection) {
    handedOver = connection
    news.wake()
  }

  /// From the pool: room for a new connection.
  func letOpen() {
    mayOpen = true
    news.wake()
  }

  /// A connection to one of the origin's addresses, of which each has `timeout`.
  func connect(
    to origin: ClientURL.Origin,
    by resolver: NameResolver,
    timeout: Duration
  ) async throws(ClientError) -> TCPStream {
    let addresses = try await addresses(of: origin, by: resolver)
    let race = ConnectionRace(to: addresses, on: loop, timeout: timeout) { [news] in news.wake() }
    wait = .connect(race)
    defer { wait = .nothing }
    race.begin()
    while failure == nil, race.result == nil { await news.wait() }
    if let failure { throw failure }
    switch race.result {
    case .success(let stream): return stream
    case .failure(.connectionRefused): throw .connectionRefused(origin.description)
    case .failure(.cancelled), .failure(.timedOut), nil: throw .timedOut(.connect)
    case .failure(let error): throw .connectionFailed(origin.description, error)
    }
  }

  private func addresses(
    of origin: ClientURL.Origin,
    by resolver: NameResolver
  ) async throws(ClientError) -> [SocketAddress] {
    wait = .lookUp
    defer { wait = .nothing }
    let lookup = NameLookup(origin.host, port: origin.port, on: loop, by: resolver) { [news] _ in news.wake() }
    defer { lookup.abandon() }
    while failure == nil, lookup.result == nil { await news.wait() }
    if let failure { throw failure }
    guard case .success(let all) = lookup.result else { throw .nameNotResolved(origin.host) }
    return ConnectionRace.order(of: all)
  }

  /// Runs the exchange; a time limit or cancellation closes its connection.
  func exchange(
    _ request: ClientRequest,
    on connection: ClientConnection
  ) async throws(ClientError) -> ClientResponse {
    try beginWaiting(for: connection)
    defer { wait = .nothing }
    do throws(ClientError) {
      return try await connection.exchange(request)
    } catch {
      throw failure ?? error
    }
  }

  /// The first part of the exchange, to the head of the response. The time limit is then that of each piece.
  func begin(
    _ request: ClientRequest,
    _ body: ProducedBody?,
    on connection: ClientConnection
  ) async throws(ClientError) -> ClientResponse {
    try beginWaiting(for: connection)
    defer {
      wait = .nothing
      deadline?.clear()
    }
    do throws(ClientError) {
      defer { streamed = connection }
      guard let body else { return try await connection.begin(request) }
      try connection.onLoop { (connection) throws(ClientError) in try connection.prepare(request, body) }
      startProducing(body, on: connection)
      let response = try await connection.answerHead(to: request)
      if connection.onLoop({ $0.isCutShort }) { stopProducing() }
      return response
    } catch {
      throw failure ?? error
    }
  }

  /// The next piece of the response's content; nil at its end.
  func nextPiece(on connection: ClientConnection) async throws(ClientError) -> [UInt8]? {
    // Whoever kept the body for later finds a connection that may be somebody else's by now.
    guard let deadline else { throw .connectionClosed(.answering) }
    guard case .nothing = wait else { preconditionFailure("two tasks read one response") }
    try beginWaiting(for: connection)
    if !isProducing { deadline.set(timeout) }
    defer {
      wait = .nothing
      deadline.clear()
    }
    do throws(ClientError) {
      return try await connection.nextPiece()
    } catch {
      throw failure ?? error
    }
  }

  /// What came behind the content that has been read to its end; nil without any, and once the connection may be somebody else's.
  func trailers(on connection: ClientConnection) -> MessageTrailers? {
    deadline == nil ? nil : connection.onLoop { $0.trailers }
  }

  private func beginWaiting(for connection: ClientConnection) throws(ClientError) {
    // No time limit is told of the end any more.
    if loop.ending != nil { fail(.shutDown) }
    if let failure { throw failure }
    wait = .exchange(connection)
  }
}
