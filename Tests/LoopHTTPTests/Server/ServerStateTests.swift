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
}
