import Testing

@testable import LoopHTTP

@Suite struct PreciseTimerTests {
  private actor Sleeper: LoopActor {
    nonisolated let loop: EventLoop
    private var timer: PreciseTimer?
    private(set) var woken: [UInt64] = []

    init(loop: EventLoop) { self.loop = loop }

    func begin() throws { timer = try PreciseTimer(loop: loop) }

    func sleep(until deadline: UInt64) async -> Bool {
      guard let timer else { return false }
      // On a busy machine a deadline may have passed before its turn to sleep comes.
      let sleeps = EventLoop.monotonicNanoseconds() < deadline
      let finished = await timer.sleep(until: deadline)
      if finished {
        #expect(EventLoop.monotonicNanoseconds() >= deadline)
        if sleeps { woken.append(deadline) }
      }
      return finished
    }

    func wakeAll() { timer?.wakeAll() }
    func close() { timer?.close() }
  }

  @Test func nobodyWakesEarlyAndAllInTheOrderOfTheirDeadlines() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let sleeper = Sleeper(loop: group.loops[0])
    try await sleeper.begin()
    let now = EventLoop.monotonicNanoseconds()
    // Closer together than libuv's timers can tell apart, the earliest last, and all of them asked for before it comes.
    let deadlines = (1...50).map { now + 500_000_000 + UInt64($0) * 130_000 }
    await withTaskGroup(of: Bool.self) { tasks in
      for deadline in deadlines.reversed() {
        // Without the preference the runtime resumes on its own pool first, where two may overtake each other.
        tasks.addTask(executorPreference: group.loops[0]) { await sleeper.sleep(until: deadline) }
      }
      for await finished in tasks { #expect(finished) }
    }
    let woken = await sleeper.woken
    #expect(woken == woken.sorted())
    await sleeper.close()
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test func aSleepThatEndsSoonerDoesNotWaitForOneThatBeganBefore() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let sleeper = Sleeper(loop: group.loops[0])
    try await sleeper.begin()
    let late = EventLoop.monotonicNanoseconds() + 30_000_000_000
    async let last = sleeper.sleep(until: late)
    while await group.loops[0].run({ group.loops[0].ledger.waitsBegun }) == 0 { await Task.yield() }
    #expect(await sleeper.sleep(until: EventLoop.monotonicNanoseconds() + 1_000_000))
    #expect(EventLoop.monotonicNanoseconds() < late)
    await sleeper.wakeAll()
    #expect(await !last)
    await sleeper.close()
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test func whereNobodySleepsTheLoopWaits() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let sleeper = Sleeper(loop: group.loops[0])
    try await sleeper.begin()
    #expect(await sleeper.sleep(until: EventLoop.monotonicNanoseconds() + 1_000_000))
    let before = await group.loops[0].readStatistics()
    try await group.loops[0].sleep(for: .milliseconds(100))
    let after = await group.loops[0].readStatistics()
    #expect(after.idleNanoseconds - before.idleNanoseconds > 50_000_000)
    await sleeper.close()
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test func aDeadlineThatHasPassedDoesNotSuspend() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let sleeper = Sleeper(loop: group.loops[0])
    try await sleeper.begin()
    #expect(await sleeper.sleep(until: EventLoop.monotonicNanoseconds()))
    await sleeper.close()
    #expect(await group.shutdown()[0].waitsBegun == 0)
  }

  @Test func wakingAllAndClosingEndEverySleep() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let sleeper = Sleeper(loop: group.loops[0])
    try await sleeper.begin()
    for closes in [false, true] {
      async let finished = sleeper.sleep(until: .max / 2)
      let loop = group.loops[0]
      while await loop.run({ loop.ledger.waitsBegun == loop.ledger.waitsEnded }) { await Task.yield() }
      if closes { await sleeper.close() } else { await sleeper.wakeAll() }
      #expect(await !finished)
    }
    #expect(await !sleeper.sleep(until: .max / 2))
    #expect(await group.shutdown()[0].isBalanced)
  }
}
