public import Logging
internal import Synchronization

/// An HTTP/1.1 server on libuv's event loops: one listener per loop, a connection as an actor on its loop.
public final class HTTPServer: Sendable {
  private enum State {
    case new
    case binding
    case bound([LoopServer])
    case running([LoopServer])
    /// Shut down; `bind` or `run` is about to end what there is.
    case stopping
    /// Could not start, and has ended its loops.
    case failed(UVError)
    case ended
  }

  private let context: ServerContext
  let group: EventLoopGroup
  private let ownsGroup: Bool
  private let state = Mutex(State.new)
  /// Those who wait in `shutdown` for `run` to return, or for `bind` to give up.
  private let waiters = Mutex<[CheckedContinuation<Void, Never>]>([])

  /// Without a `group` the server starts its own loops, one per CPU, and ends them with itself: when `run` returns or throws, or
  /// by `shutdown` where it never ran. Throws where threads or descriptors are lacking. `onRefusal` is told, on a loop, of each
  /// request that its connection refuses.
  public init(
    router: Router,
    middleware: [any Middleware] = [],
    configuration: ServerConfiguration = .init(),
    group: EventLoopGroup? = nil,
    logger: Logger = Logger(label: "LoopHTTP"),
    onRefusal: @escaping @Sendable (RefusedRequest) -> Void = { _ in }
  ) throws(UVError) {
    let loops = if let group { group } else { try EventLoopGroup() }
    self.group = loops
    ownsGroup = group == nil
    context = ServerContext(
      configuration: configuration,
      router: router,
      middleware: middleware,
      logger: logger,
      onRefusal: onRefusal,
      loopCount: loops.loops.count
    )
  }

  /// A server that nobody holds any more, bound as it may be, will never serve: its port is free again, and its own loops end.
  deinit {
    if case .bound(let servers) = state.withLock({ $0 }) {
      for server in servers { server.loop.execute { server.onLoop { $0.abort() } } }
    }
    if ownsGroup { for loop in group.loops { loop.stopUnattended() } }
  }

  /// Listens on the configured address; connections wait until `run`. Returns the address, with the port the system
  /// chose where 0 was asked for. Throws where it is taken, also by this server itself, not ours or not allowed, and
  /// `cancelled` where the server has been shut down, before or meanwhile.
  @discardableResult
  public func bind() async throws(UVError) -> SocketAddress {
    try beginBinding()
    do throws(UVError) {
      let (address, servers) = try await listen()
      if endBinding(.bound(servers)) { return address }
      for server in servers { await server.abort() }
    } catch {
      if endBinding(.new) { throw error }
    }
    await end()
    throw .cancelled
  }

  private func beginBinding() throws(UVError) {
    try state.withLock { state throws(UVError) in
      switch state {
      case .new: state = .binding
      case .binding, .bound, .running: throw .addressInUse
      case .failed(let error): throw error
      case .stopping, .ended: throw .cancelled
      }
    }
  }

  /// False where `shutdown` has come before.
  private func endBinding(_ next: State) -> Bool {
    state.withLock { state in
      guard case .binding = state else { return false }
      state = next
      return true
    }
  }

  /// A listener on each loop, all on one address; where one fails, none.
  private func listen() async throws(UVError) -> (SocketAddress, [LoopServer]) {
    let configuration = context.configuration
    let resolved = await NameLookup.result(of: configuration.host, port: configuration.port)
    guard var address = try resolved.get().first else { throw .nameNotResolved }
    var sharing = group.loops.count > 1 ? TCPListener.Sharing.first : .none
    var servers: [LoopServer] = []
    for loop in group.loops {
      let server = LoopServer(loop: loop, context: context)
      do throws(UVError) {
        guard loop.enter() else { throw .cancelled }
        defer { loop.leave() }
        address = try await server.listen(on: address, sharing: sharing)
        sharing = .further
        servers.append(server)
      } catch {
        for server in servers { await server.abort() }
        throw error
      }
    }
    return (address, servers)
  }

  /// Serves until `shutdown` or until the task is cancelled, which is a shutdown without patience. Binds first where
  /// `bind` was not called, and throws what it throws; with loops of its own the server is then over.
  public func run() async throws(UVError) {
    switch state.withLock({ $0 }) {
    case .new:
      do throws(UVError) {
        try await bind()
      } catch {
        if isEnded { return }
        await endOwnLoops(because: error)
        throw error
      }
    case .failed(let error): throw error
    case .binding, .bound, .running, .stopping, .ended: break
    }
    let bound: [LoopServer]? = state.withLock { state in
      guard case .bound(let servers) = state else { return nil }
      state = .running(servers)
      return servers
    }
    // A server that was shut down before it ran, or runs already, has nothing to do here.
    guard let servers = bound else { return }
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { tasks in
        for server in servers { tasks.addTask(executorPreference: server.loop) { await server.run() } }
      }
    } onCancel: {
      for server in servers {
        server.loop.execute { server.onLoop { $0.abort() } }
      }
    }
    await end()
  }

  /// Nobody might be left to ask for it: a server that could not start is mostly let go.
  private func endOwnLoops(because error: UVError) async {
    let isOver = state.withLock { state in
      guard ownsGroup, case .new = state else { return false }
      state = .failed(error)
      return true
    }
    if isOver { await group.shutdown() }
  }

  /// Nothing is open any more.
  private func end() async {
    state.withLock { $0 = .ended }
    resumeWaiters()
    if ownsGroup { await group.shutdown() }
  }

  private var isEnded: Bool {
    if case .ended = state.withLock({ $0 }) { true } else { false }
  }

  /// Stops accepting, lets requests in work finish with `Connection: close`, and cancels what still runs after
  /// `timeout`. Who has connected by then may send a first request until two seconds after having been accepted.
  /// Suspends until `run` has ended its last connection, or `bind` its listeners where that is under way: not within a handler,
  /// for which that waits; one that ends its server starts a task for it.
  public func shutdown(timeout: Duration = .seconds(20)) async {
    switch beginShutdown() {
    case .drain(let servers):
      // Not awaited: where `run` is cancelled meanwhile, their loops may have ended.
      for server in servers { server.loop.execute { server.onLoop { $0.drain(abortingAfter: timeout) } } }
    case .abandon(let servers):
      for server in servers { await server.abort() }
      if ownsGroup { await group.shutdown() }
      return
    case .wait: break
    case .nothing: return
    }
    await withCheckedContinuation { continuation in
      waiters.withLock { $0.append(continuation) }
      // `run` may have ended since: then nobody else resumes.
      if isEnded { resumeWaiters() }
    }
  }

  private enum ShutdownStep {
    case drain([LoopServer])
    /// `run` was never called, and no longer can be.
    case abandon([LoopServer])
    /// Somebody else has begun it, or will see to it.
    case wait
    case nothing
  }

  private func beginShutdown() -> ShutdownStep {
    state.withLock { state in
      switch state {
      case .new:
        state = .ended
        return .abandon([])
      case .bound(let servers):
        state = .ended
        return .abandon(servers)
      case .binding:
        state = .stopping
        return .wait
      case .running(let servers):
        state = .stopping
        return .drain(servers)
      case .stopping: return .wait
      case .failed, .ended: return .nothing
      }
    }
  }

  private func resumeWaiters() {
    let ended = waiters.withLock { waiters in
      defer { waiters = [] }
      return waiters
    }
    for waiter in ended { waiter.resume() }
  }
}
