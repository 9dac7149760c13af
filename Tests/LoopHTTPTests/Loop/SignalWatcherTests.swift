import Testing

@testable import LoopHTTP

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite(.timeLimit(.minutes(1))) struct SignalWatcherTests {
  @Test func whereOneSignalCannotBeWatchedNoneIs() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    await #expect(throws: UVError.self) {
      _ = try await SignalWatcher.start([SIGUSR2, SIGKILL], on: group.loops[0]) { _ in }
    }
    #expect(await group.shutdown()[0].isBalanced)
  }
}
