import Synchronization
import Testing

@testable import LoopHTTP

@Suite struct EventLoopTests {
  @Test func workRunsOnTheLoopsThreadInOrder() async throws {
    let group = try EventLoopGroup(loopCount: 2)
    let loop = group.loops[1]
    let order = Mutex<[Int]>([])
    for number in 0..<100 { loop.execute { order.withLock { $0.append(number) } } }
    let current = await loop.run { EventLoop.current?.index }
    #expect(current == 1)
    #expect(order.withLock { $0 } == Array(0..<100))
    #expect(EventLoop.current == nil)
    #expect(await group.shutdown().allSatisfy(\.isBalanced))
  }

  @Test func sleepersOverlapAndWakeInTheOrderOfTheirDeadlines() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    var woken: [Int] = []
    try await withThrowingTaskGroup(of: Int.self) { tasks in
      for delay in [30, 10, 20] {
        tasks.addTask(executorPreference: loop) {
          try await loop.sleep(for: .milliseconds(delay))
          #expect(loop.isCurrent)
          return delay
        }
      }
      for try await delay in tasks { woken.append(delay) }
    }
    #expect(woken == [10, 20, 30])
    let ledger = await group.shutdown()[0]
    #expect(ledger.isBalanced && ledger.waitsBegun == 3)
  }

  @Test func sleepersThatMayBeLateWakeTogetherAndNeverEarly() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    let iterationsBefore = await loop.readStatistics().delayCounts.reduce(0, +)
    await withTaskGroup { tasks in
      for delay in 1...100 {
        tasks.addTask(executorPreference: loop) {
          let begin = EventLoop.monotonicNanoseconds()
          try? await loop.sleep(for: .milliseconds(delay), tolerance: .milliseconds(64))
          #expect(EventLoop.monotonicNanoseconds() - begin >= delay * 1_000_000)
        }
      }
    }
    let iterations = await loop.readStatistics().delayCounts.reduce(0, +) - iterationsBefore
    #expect(iterations < 50)
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test func theRoundestInstantOfAWindowIsThatOfMostWindowsAroundIt() {
    #expect(EventLoop.roundest(0...0) == 0)
    #expect(EventLoop.roundest(0...1000) == 0)
    #expect(EventLoop.roundest(5...5) == 5)
    #expect(EventLoop.roundest(5...7) == 6)
    #expect(EventLoop.roundest(1000...1030) == 1024)
    #expect(EventLoop.roundest(1025...1300) == 1280)
    #expect(EventLoop.roundest(.max...(.max)) == .max)
    for earliest in stride(from: UInt64(1_000_001), to: 1_200_000, by: 997) {
      let instant = EventLoop.roundest(earliest...earliest + 4096)
      #expect(earliest...earliest + 4096 ~= instant && instant % 4096 == 0)
    }
  }

  @Test func whoeverHasSleptLongEnoughGoesOnBeforeWorkThatWaits() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    let done = await Task(executorPreference: loop) {
      let done = Atomic(0)
      async let doneAtWaking = {
        try await loop.sleep(for: .milliseconds(2))
        return done.load(ordering: .relaxed)
      }()
      while loop.ledger.waitsBegun == 0 { await Task.yield() }
      for _ in 0..<200 {
        loop.execute {
          let end = EventLoop.monotonicNanoseconds() + 100_000
          while EventLoop.monotonicNanoseconds() < end {}
          done.add(1, ordering: .relaxed)
        }
      }
      return try? await doneAtWaking
    }.value
    #expect(try #require(done) < 100)
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test func aCancelledSleeperWakesAtOnceWithAnError() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    let task = Task(executorPreference: loop) { try await loop.sleep(for: .seconds(3600)) }
    while await loop.run({ loop.ledger.waitsBegun }) == 0 {}
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(await loop.run { loop.timers?.count } == 0)
    #expect(await group.shutdown()[0].isBalanced)
  }

  private actor Sleeper: LoopActor {
    nonisolated let loop: EventLoop
    init(loop: EventLoop) { self.loop = loop }

    /// How many had begun to sleep when the job ended that this one did so in.
    func sleep() async throws -> Int {
      let begun = Mutex(0)
      loop.execute { [loop] in begun.withLock { $0 = loop.ledger.waitsBegun } }
      try await loop.sleep(for: .milliseconds(1))
      return begun.withLock { $0 }
    }
  }

  @Test func aSleepBeginsWithoutAFurtherJob() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let sleeper = Sleeper(loop: group.loops[0])
    let begun = try await Task(executorPreference: sleeper.loop) { try await sleeper.sleep() }.value
    #expect(begun == 1)
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test(arguments: [Duration.seconds(3600), .zero]) func whoIsCancelledAlreadyDoesNotSleep(duration: Duration)
    async throws
  {
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    for preference in [loop, nil] as [EventLoop?] {
      let task = Task(executorPreference: preference) {
        unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
        try await loop.sleep(for: duration)
      }
      await #expect(throws: CancellationError.self) { try await task.value }
    }
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test func theEndOfALoopWakesWhoeverSleepsOnIt() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    let task = Task(executorPreference: loop) { try await loop.sleep(for: .seconds(3600)) }
    while await loop.run({ loop.ledger.waitsBegun }) == 0 {}
    let ledger = await group.shutdown()[0]
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(ledger.isBalanced)
  }

  @Test(.timeLimit(.minutes(1)))
  func whatALoopTakesOnUntilItsEndItDoes() async throws {
    final class Counts: Sendable {
      let taken = Atomic(0)
      let done = Atomic(0)
    }
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    let counts = Counts()
    await withTaskGroup { tasks in
      tasks.addTask {
        while loop.execute({ counts.done.add(1, ordering: .relaxed) }) {
          let taken = counts.taken.add(1, ordering: .relaxed).newValue
          // Never far ahead of the loop, which might not keep up, and end only when it has done all of it.
          while taken - counts.done.load(ordering: .relaxed) > 1000, !Task.isCancelled { await Task.yield() }
        }
      }
      while counts.done.load(ordering: .relaxed) < 100 { await Task.yield() }
      await group.shutdown()
    }
    #expect(counts.taken.load(ordering: .relaxed) == counts.done.load(ordering: .relaxed))
    await #expect(throws: CancellationError.self) { try await loop.sleep(for: .seconds(3600)) }
  }

  private final class Target: TimerTarget {
    private let fired: () -> Void
    init(_ fired: @escaping () -> Void) { self.fired = fired }
    func timerFired() { fired() }
  }

  @Test func aLoopWaitsAgainAfterADeadline() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    let log = EventLog()
    await loop.run {
      _ = loop.timers?.schedule(at: EventLoop.monotonicNanoseconds(), Target { log.append("deadline") })
    }
    await log.wait(for: 1)
    let before = await loop.readStatistics()
    try await loop.sleep(for: .milliseconds(100))
    let after = await loop.readStatistics()
    #expect(after.idleNanoseconds - before.idleNanoseconds > 50_000_000)
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test func whatHasArrivedComesBeforeADeadlineThatPassedWhileTheLoopWasBusy() async throws {
    let group = try EventLoopGroup(loopCount: 2)
    let (busy, other) = (group.loops[0], group.loops[1])
    let order = Mutex<[String]>([])
    await busy.run {
      let deadline = EventLoop.monotonicNanoseconds() + 2_000_000
      _ = busy.timers?.schedule(at: deadline, Target { order.withLock { $0.append("deadline") } })
      let hasArrived = Atomic(false)
      // By the loop's wake-up handle, which libuv reads as it does a socket.
      other.execute {
        busy.execute { order.withLock { $0.append("arrival") } }
        hasArrived.store(true, ordering: .releasing)
      }
      while !hasArrived.load(ordering: .acquiring) || EventLoop.monotonicNanoseconds() < deadline + 2_000_000 {}
    }
    while order.withLock({ $0.count }) < 2 { await Task.yield() }
    #expect(order.withLock { $0 } == ["arrival", "deadline"])
    #expect(await group.shutdown().allSatisfy(\.isBalanced))
  }

  @Test(.timeLimit(.minutes(1)))
  func aDeadlineThatPassedWhileTheLoopWasBusyIsToldWithoutAnArrival() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    try await withTaskExecutorPreference(loop) {
      async let slept: Void = loop.sleep(for: .milliseconds(2))
      while loop.ledger.waitsBegun == 0 { await Task.yield() }
      let end = EventLoop.monotonicNanoseconds() + 5_000_000
      while EventLoop.monotonicNanoseconds() < end {}
      try await slept
    }
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test func workAtTheEndOfAnIterationRunsOnceAndBeforeTheLoopWaits() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    let order = Mutex<[String]>([])
    await loop.run {
      loop.atEndOfIteration { order.withLock { $0.append("end") } }
      loop.execute { order.withLock { $0.append("job") } }
    }
    _ = await loop.run {}
    #expect(order.withLock { $0 } == ["job", "end"])
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test(.timeLimit(.minutes(1)))
  func aLoopThatLetItsSocketsWaitIsReportedAfterwards() async throws {
    let group = try EventLoopGroup(loopCount: 2)
    let (reports, reported) = AsyncStream.makeStream(of: (loop: Int, duration: Duration).self)
    group.reportStalls(of: .milliseconds(50)) { reported.yield(($0.index, $1)) }
    await group.loops[1].run {
      let end = EventLoop.monotonicNanoseconds() + 60_000_000
      while EventLoop.monotonicNanoseconds() < end {}
    }
    let report = try #require(await reports.first { $0.loop == 1 })
    #expect(report.duration >= .milliseconds(60))
    #expect(await group.shutdown().allSatisfy(\.isBalanced))
  }

  @Test func eachLoopHasItsOwnLocalValue() async throws {
    let group = try EventLoopGroup(loopCount: 2)
    let local = LoopLocal(group: group) { 0 }
    for loop in group.loops { await loop.run { local.withValue { $0 += loop.index + 1 } } }
    local.withValue { $0 += 10 }
    #expect(await local.collect { $0 } == [10, 1, 2])
    await group.shutdown()
  }
}
