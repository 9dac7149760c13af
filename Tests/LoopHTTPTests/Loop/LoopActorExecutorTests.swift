import Synchronization
import Testing

@testable import LoopHTTP

/// Whether a job on a loop ends within a call shows in work that was enqueued before the call: it has run by then.
@Suite struct LoopActorExecutorTests {
  private actor Counter: LoopActor {
    nonisolated let loop: EventLoop
    private(set) var count = 0
    init(loop: EventLoop) { self.loop = loop }

    func add() { count += 1 }

    func add(by other: Counter) async -> Bool {
      let probe = JobProbe(loop: loop)
      await other.add()
      return probe.hasJobEnded
    }

    @concurrent func addElsewhere() async {
      // Not the actor's, so that the way back is one to be found.
      await add()
    }

    func addWithoutActorAndBack() async -> Int {
      await addElsewhere()
      assertIsolated()
      add()
      return count
    }
  }

  @concurrent private func depth(_ count: Int) async -> Int {
    count == 0 ? 0 : await depth(count - 1) + 1
  }

  @Test func codeWithoutAnActorCallsOtherSuchCodeAtOnce() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    let hasJobEnded = await Task(executorPreference: loop) {
      let probe = JobProbe(loop: loop)
      let reached = await depth(10)
      #expect(reached == 10)
      return probe.hasJobEnded
    }.value
    #expect(!hasJobEnded)
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test func actorsOfOneLoopCallEachOtherAtOnce() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    let (one, other) = (Counter(loop: loop), Counter(loop: loop))
    let hasJobEnded = await Task(executorPreference: loop) { await one.add(by: other) }.value
    #expect(!hasJobEnded)
    #expect(await other.count == 1)
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test(arguments: [true, false]) func anActorIsItselfAgainAfterCodeWithoutOne(taskPrefersLoop: Bool) async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    let counter = Counter(loop: loop)
    let count = await Task(executorPreference: taskPrefersLoop ? loop : nil) {
      await counter.addWithoutActorAndBack()
    }.value
    #expect(count == 2)
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test func aCallbackOfTheLoopIsIsolatedToItsActorsAndNoOtherThreadIs() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    let counter = Counter(loop: loop)
    await loop.run { counter.assumeIsolated { $0.add() } }
    #expect(await counter.count == 1)
    #expect(await loop.run { loop.actors.isIsolatingCurrentContext() } == true)
    #expect(loop.actors.isIsolatingCurrentContext() == false)
    #expect(await group.shutdown()[0].isBalanced)
  }
}

/// Work on a loop that comes after the job that makes it.
private final class JobProbe: Sendable {
  private let hasRun = Atomic(false)

  init(loop: EventLoop) {
    loop.execute { self.hasRun.store(true, ordering: .relaxed) }
  }

  var hasJobEnded: Bool { hasRun.load(ordering: .relaxed) }
}
