import Logging
import Telemetry
import Testing

@testable import DiceRoller
@testable import DieService
@testable import LoopHTTP
@testable import ServiceCore

/// A roll may be cancelled when its delay is over and its task has not yet gone on: it is no success then.
@Suite(.timeLimit(.minutes(1))) struct CancelledRollTests {
  private static let die = Die(name: "fair", specification: DieSpecification(faces: [1], errorRate: 0))
  private static let maximumDelay = Duration.milliseconds(2)

  private let sink = MemoryLogSink()
  private let ended = CollectingProcessor()

  @Test func `A single roll counts and logs nothing`() async throws {
    let page = try await cancelAtWakeUp { roller, loop in _ = try await roller.roll(Self.die, on: loop) }
    #expect(!page.contains("\ndice_rolls_total{"))
    #expect(!page.contains("\ndice_roll_value_count{"))
    #expect(sink.lines.isEmpty)
  }

  @Test func `The rolls of a batch count as cancelled and log nothing`() async throws {
    let page = try await cancelAtWakeUp { roller, loop in
      _ = try await roller.rollBatch(Self.die, times: 3, on: loop)
    }
    #expect(page.contains("\nasync_rolls_total{die_type=\"fair\",result=\"cancelled\"} 3.0\n"))
    #expect(!page.contains("result=\"success\""))
    #expect(page.contains("\nasync_rolls_in_progress 0.0\n"))
    #expect(sink.lines.isEmpty)
    let rolls = ended.spans.filter { $0.name != "async_roll_batch" }
    #expect(rolls.count == 3)
    for roll in rolls {
      #expect(roll.attributes["async.cancelled"] == .bool(true))
      #expect(roll.attributes["die.result"] == nil && roll.status == .unset)
    }
  }

  /// Runs `roll` up to its delay, wakes it and cancels it before it goes on; gives what was counted.
  private func cancelAtWakeUp(
    _ roll: @escaping @Sendable (Roller, EventLoop) async throws -> Void
  ) async throws -> String {
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    let client = HTTPClient(group: group)
    let tools = tools(group, client)
    let roller = Roller(tools, metrics: RollerMetrics(tools.registry), maximumDelay: Self.maximumDelay, incidents: nil)
    let task = await loop.run {
      let task = Task.immediate(executorPreference: loop) { try await roll(roller, loop) }
      // In the same turn of the loop, which meanwhile wakes nobody.
      let isOver = EventLoop.monotonicNanoseconds() + 2 * Self.maximumDelay.nanoseconds
      while EventLoop.monotonicNanoseconds() < isOver {}
      loop.timers?.wakeSleepers()
      task.cancel()
      return task
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    let page = String(decoding: await MetricsPage(tools.registry, accept: []).bytes, as: UTF8.self)
    await client.shutdown()
    #expect(await group.shutdown()[0].isBalanced)
    return page
  }

  private func tools(_ group: EventLoopGroup, _ client: HTTPClient) -> ServiceTools {
    let logger = LogStyle.json.logger(label: "main", service: "dice-roller", level: .info, sink: sink)
    let tracer = TracerProvider(processor: ended, idGenerator: IDGenerator(), logger: logger)
      .tracer(InstrumentationScope(name: "dice"))
    let registry = MetricsRegistry(group: group)
    return ServiceTools(
      name: "dice-roller",
      group: group,
      logger: logger,
      tracer: tracer,
      registry: registry,
      client: TracedClient(client: client, tracer: tracer, metrics: HTTPClientMetrics(registry))
    )
  }
}
