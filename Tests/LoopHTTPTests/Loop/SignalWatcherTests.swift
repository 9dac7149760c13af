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

  /// All are told to one watcher, so that none is on its way when the signal has its default action again.
  @Test(arguments: [(Duration.zero, 2), (.seconds(3600), 1)])
  func aRepeatIsToldWhereItDoesNotComeTooSoon(pause: Duration, times: Int) async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    let (all, told) = (EventLog(), EventLog())
    let everyOne = try await SignalWatcher.start([SIGUSR1], on: loop) { _ in all.append("came") }
    let watcher = try await SignalWatcher.start([SIGUSR1], on: loop, ignoringRepeatsWithin: pause) { _ in
      told.append("told")
    }
    for count in 1...2 {
      kill(getpid(), SIGUSR1)
      await all.wait(for: count)
    }
    await loop.run {}
    #expect(told.events.count == times)
    await watcher.stop()
    await everyOne.stop()
    #expect(await group.shutdown()[0].isBalanced)
  }
}
