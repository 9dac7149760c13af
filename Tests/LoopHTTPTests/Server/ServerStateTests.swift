import Dispatch
import Testing

@testable import LoopHTTP

/// Calls of a server's own functions that come together or out of order.
@Suite(.timeLimit(.minutes(1))) struct ServerStateTests {
  @Test func aShutdownWhileTheServerBindsWins() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let server = try HTTPServer(router: Router(), configuration: ServerConfiguration(port: 0), group: group)
    // The loop is held until both have begun.
    let gate = DispatchSemaphore(value: 0)
    group.loops[0].execute { gate.wait() }
    let binding = Task.immediate { try await server.bind() }
    let shutdown = Task.immediate { await server.shutdown() }
    gate.signal()
    await #expect(throws: UVError.cancelled) { try await binding.value }
    await shutdown.value
    try await server.run()
    #expect(await group.shutdown().allSatisfy(\.isBalanced))
  }

  @Test func aRunThatIsShutDownWhileItBindsReturns() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let server = try HTTPServer(router: Router(), configuration: ServerConfiguration(port: 0), group: group)
    let gate = DispatchSemaphore(value: 0)
    group.loops[0].execute { gate.wait() }
    let running = Task.immediate { try await server.run() }
    let shutdown = Task.immediate { await server.shutdown() }
    gate.signal()
    try await running.value
    await shutdown.value
    #expect(await group.shutdown().allSatisfy(\.isBalanced))
  }

  @Test func aServerThatNobodyHoldsFreesItsPort() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    func bindAndForget() async throws -> SocketAddress {
      try await HTTPServer(router: Router(), configuration: ServerConfiguration(port: 0), group: group).bind()
    }
    let port = try await bindAndForget().port
    await group.loops[0].run {}
    let next = try HTTPServer(router: Router(), configuration: ServerConfiguration(port: port), group: group)
    #expect(try await next.bind().port == port)
    await next.shutdown()
    #expect(await group.shutdown().allSatisfy(\.isBalanced))
  }

  @Test(arguments: [true, false]) func aServerThatNobodyHoldsEndsItsOwnLoops(isBound: Bool) async throws {
    func startAndForget() async throws -> [EventLoop] {
      let server = try HTTPServer(router: Router(), configuration: ServerConfiguration(port: 0))
      if isBound { try await server.bind() }
      return server.group.loops
    }
    for loop in try await startAndForget() {
      let ledger = await loop.waitForEnd()
      #expect(ledger.isBalanced)
    }
  }

  @Test func aServerBindsOnce() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let server = try HTTPServer(router: Router(), configuration: ServerConfiguration(port: 0), group: group)
    try await server.bind()
    await #expect(throws: UVError.addressInUse) { try await server.bind() }
    await server.shutdown()
    await #expect(throws: UVError.cancelled) { try await server.bind() }
    #expect(await group.shutdown().allSatisfy(\.isBalanced))
  }

  @Test func aServerWhoseAddressWasTakenMayBindLater() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let first = try HTTPServer(router: Router(), configuration: ServerConfiguration(port: 0), group: group)
    let port = try await first.bind().port
    let second = try HTTPServer(router: Router(), configuration: ServerConfiguration(port: port), group: group)
    await #expect(throws: UVError.addressInUse) { try await second.bind() }
    await first.shutdown()
    #expect(try await second.bind().port == port)
    await second.shutdown()
    #expect(await group.shutdown().allSatisfy(\.isBalanced))
  }

  /// Each with two listeners on one port, which nothing but the first of them keeps from sharing it with anybody.
  @Test func ofTwoServersThatBindTogetherOneHasThePort() async throws {
    let group = try EventLoopGroup(loopCount: 2)
    // None that the system would give to somebody who asks for any.
    let start = UInt16.random(in: 61_000...65_000)
    for port in start..<start + 20 {
      let servers = try (0..<2).map { _ in
        try HTTPServer(router: Router(), configuration: ServerConfiguration(port: port), group: group)
      }
      let outcomes = await withTaskGroup(of: Result<SocketAddress, any Error>.self) { tasks in
        for server in servers { tasks.addTask { await Result(catching: server.bind) } }
        return await tasks.reduce(into: []) { $0.append($1) }
      }
      let bound = outcomes.compactMap { try? $0.get() }
      #expect(bound.count == 1)
      for server in servers { await server.shutdown() }
    }
    #expect(await group.shutdown().allSatisfy(\.isBalanced))
  }

  @Test func aServerThatCannotStartEndsItsOwnLoops() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let first = try HTTPServer(router: Router(), configuration: ServerConfiguration(port: 0), group: group)
    let port = try await first.bind().port
    let second = try HTTPServer(router: Router(), configuration: ServerConfiguration(port: port))
    await #expect(throws: UVError.addressInUse) { try await second.run() }
    #expect(second.group.loops.filter { !$0.hasEnded }.isEmpty)
    await #expect(throws: UVError.addressInUse) { try await second.run() }
    await second.shutdown()
    await first.shutdown()
    #expect(await group.shutdown().allSatisfy(\.isBalanced))
  }

  @Test func aServerOnLoopsThatHaveEndedIsCancelled() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let server = try HTTPServer(router: Router(), configuration: ServerConfiguration(port: 0), group: group)
    await group.shutdown()
    await #expect(throws: UVError.cancelled) { try await server.run() }
  }
}

extension Result where Failure == any Error {
  fileprivate init(catching body: () async throws -> Success) async {
    do {
      self = .success(try await body())
    } catch {
      self = .failure(error)
    }
  }
}
