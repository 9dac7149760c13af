import HTTPTypes
import Logging
import Synchronization
import Testing

@testable import LoopHTTP

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A server and a client on loops of their own, for the time of one test; afterwards nothing may be left open. The test
/// itself runs on one more: in the runtime's pool it would wait for other tests while the server's time limits run.
func withServer(
  loopCount: Int = 1,
  middleware: [any Middleware] = [],
  logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
  _ routes: (inout Router) -> Void,
  configure: (inout ServerConfiguration) -> Void = { _ in },
  onRefusal: @escaping @Sendable (RefusedRequest) -> Void = { _ in },
  _ body: @Sendable (TestServer) async throws -> Void
) async throws -> [LoopLedger] {
  let group = try EventLoopGroup(loopCount: loopCount)
  let own = try EventLoopGroup(loopCount: 1)
  var router = Router()
  routes(&router)
  var configuration = ServerConfiguration(port: 0)
  configure(&configuration)
  let server = try HTTPServer(
    router: router,
    middleware: middleware,
    configuration: configuration,
    group: group,
    logger: logger,
    onRefusal: onRefusal
  )
  let address = try await server.bind()
  let client = HTTPClient(group: group)
  let test = TestServer(server: server, client: client, group: group, address: address)
  async let running: Void = server.run()
  let result: Result<Void, any Error>
  do {
    result = .success(try await withTaskExecutorPreference(own.loops[0]) { try await body(test) })
  } catch {
    result = .failure(error)
  }
  await own.shutdown()
  await client.shutdown()
  await server.shutdown(timeout: .seconds(1))
  try await running
  let ledgers = await group.shutdown()
  try result.get()
  return ledgers
}

struct TestServer: Sendable {
  let server: HTTPServer
  let client: HTTPClient
  let group: EventLoopGroup
  let address: SocketAddress

  func url(_ target: String) throws -> ClientURL {
    try ClientURL("http://\(address)\(target)")
  }

  func get(_ target: String) async throws -> ClientResponse {
    try await client.execute(ClientRequest(.get, url(target)))
  }

  /// Suspends until the server's first loop has seen everything that was sent to it before. For callers elsewhere.
  func catchUp() async {
    // The iteration of the first may have looked at the sockets before it began.
    for _ in 0..<2 { await group.loops[0].run {} }
  }

  /// Runs `body` while the server's first loop stands still, so that this finds all that was sent at once.
  func whileStopped(_ body: () throws -> Void) async rethrows {
    let mayGoOn = Mutex(false)
    let stopped = EventLog()
    group.loops[0].execute {
      stopped.append("stopped")
      while !mayGoOn.withLock({ $0 }) { sched_yield() }
    }
    await stopped.wait(for: 1)
    defer { mayGoOn.withLock { $0 = true } }
    try body()
  }

  /// Whether a shutdown leaves nothing of the server open on its first loop `limit` later.
  func ends(within limit: Duration, timeout: Duration) async throws -> Bool {
    let loop = group.loops[0]
    let shutdown = await loop.run { [server] in Task.immediate { await server.shutdown(timeout: timeout) } }
    return try await loop.hasClosedAll(within: limit) { await shutdown.value }
  }

  /// Whether somebody takes a new connection.
  func accepts() async -> Bool {
    guard let client = try? await RawClient.connect(to: address, on: group.loops[0]) else { return false }
    await client.close()
    return true
  }
}

extension EventLoop {
  /// Whether all that is closed here by the time that `end` returns is closed after `limit`. The loop tells by its own timers, so that
  /// a busy machine changes nothing.
  func hasClosedAll(within limit: Duration, _ end: () async -> Void) async throws -> Bool {
    let early = try await Task(executorPreference: self) {
      try await self.sleep(for: limit)
      return self.ledger.openHandles
    }.value
    await end()
    return await run { self.ledger.openHandles } == early
  }
}

extension ClientResponse {
  var text: String { String(decoding: body, as: UTF8.self) }
}

/// A server with `routes`, and one connection to it; afterwards nothing may be left open.
func onConnection(
  middleware: [any Middleware] = [],
  _ routes: (inout Router) -> Void,
  configure: (inout ServerConfiguration) -> Void = { _ in },
  onRefusal: @escaping @Sendable (RefusedRequest) -> Void = { _ in },
  _ body: @Sendable (RawClient, TestServer) async throws -> Void
) async throws {
  let ledgers = try await withServer(middleware: middleware, routes, configure: configure, onRefusal: onRefusal) {
    server in
    let client = try await RawClient.connect(to: server.address, on: server.group.loops[0])
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(client, server))
    } catch {
      result = .failure(error)
    }
    await client.close()
    try result.get()
  }
  #expect(ledgers.filter { !$0.isBalanced } == [])
}

/// Routes that most tests of a connection need, and requests for them.
enum EchoRoutes {
  static func add(_ router: inout Router) {
    router.post("/echo") { Response(body: .bytes(try await $0.body.collect())) }
    router.get("/quick") { _ in Response("quick") }
  }

  static let post = "POST /echo HTTP/1.1\r\nHost: a\r\n"
  static let quick = "GET /quick HTTP/1.1\r\nHost: a\r\n\r\n"
}
