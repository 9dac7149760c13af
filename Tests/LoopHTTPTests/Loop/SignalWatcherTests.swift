import Testing

@testable import LoopHTTP

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite(.serialized, .timeLimit(.minutes(1))) struct SignalWatcherTests {
  @Test func whereOneSignalCannotBeWatchedNoneIs() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    await #expect(throws: UVError.self) {
      _ = try await SignalWatcher.start([SIGUSR2, SIGKILL], on: group.loops[0]) { _ in }
    }
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test(arguments: [(Duration.zero, 2), (.seconds(3600), 1)])
  func aRepeatIsToldWhereItDoesNotComeTooSoon(pause: Duration, times: Int) async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let log = EventLog()
    let watcher = try await SignalWatcher.start(
      [SIGUSR1, SIGUSR2],
      on: group.loops[0],
      ignoringRepeatsWithin: pause
    ) { log.append($0 == SIGUSR1 ? "one" : "other") }
    kill(getpid(), SIGUSR1)
    await log.wait(for: 1)
    kill(getpid(), SIGUSR1)
    // The system gives the lower number first.
    kill(getpid(), SIGUSR2)
    await log.wait(for: times + 1)
    #expect(log.events == Array(repeating: "one", count: times) + ["other"])
    await watcher.stop()
    #expect(await group.shutdown()[0].isBalanced)
  }
}
