import Testing

@testable import LoopHTTP

@Suite(.timeLimit(.minutes(1))) struct WaitPointTests {
  private actor Waiter: LoopActor {
    nonisolated let loop: EventLoop
    private let point: WaitPoint
    private var hasNews = false

    init(loop: EventLoop) {
      self.loop = loop
      point = WaitPoint(loop: loop)
    }

    /// The news come right behind the look, before any job that the wait itself may take.
    func wait() async {
      loop.execute { self.onLoop { $0.tell() } }
      while !hasNews { await point.wait() }
    }

    private func tell() {
      hasNews = true
      point.wake()
    }
  }

  @Test(arguments: [true, false]) func noWakeUpIsLostBehindALook(taskPrefersLoop: Bool) async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let waiter = Waiter(loop: group.loops[0])
    await withTaskExecutorPreference(taskPrefersLoop ? waiter.loop : nil) { await waiter.wait() }
    #expect(await group.shutdown()[0].isBalanced)
  }
}
