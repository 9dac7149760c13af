import LoopHTTP
import Synchronization
import Testing
import Tracing

@testable import Telemetry

/// Keeps what it is given and answers with the next result of a script, then with success.
private final class ScriptedExporter: SpanExporter {
  private struct State {
    var script: [ExportResult]
    var batches: [[String]] = []
    var isExporting = false
    var overlapped = false
  }

  private let state: Mutex<State>
  private let delay: Duration

  init(_ script: ExportResult..., delay: Duration = .zero) {
    state = Mutex(State(script: script))
    self.delay = delay
  }

  var batches: [[String]] { state.withLock { $0.batches } }
  var overlapped: Bool { state.withLock { $0.overlapped } }

  func export(_ spans: [OTelSpan], within limit: Duration) async -> ExportResult {
    state.withLock {
      $0.overlapped = $0.overlapped || $0.isExporting
      $0.isExporting = true
      $0.batches.append(spans.map(\.operationName))
    }
    if delay > .zero { try? await Task.sleep(for: delay) }
    return state.withLock {
      $0.isExporting = false
      return $0.script.isEmpty ? .delivered(rejected: 0) : $0.script.removeFirst()
    }
  }
}

struct BatchSpanProcessorTests {
  /// Runs `body` with a processor that runs, and a closure that ends a span of a name.
  private func withProcessor(
    _ exporter: ScriptedExporter,
    queue: Int = 8,
    batch: Int = 4,
    delay: Duration = .seconds(3600),
    group: EventLoopGroup? = nil,
    _ body: (BatchSpanProcessor, (String) -> Void) async -> Void
  ) async {
    var configuration = BatchConfiguration()
    configuration.maximumQueueSize = queue
    configuration.maximumExportBatchSize = batch
    configuration.scheduleDelay = delay
    let processor = BatchSpanProcessor(
      exporter: exporter,
      configuration: configuration,
      statistics: ExportStatistics(),
      group: group
    )
    let provider = TracerProvider(
      processor: processor,
      idGenerator: IDGenerator(),
      logger: .discarding
    )
    let tracer = provider.tracer(InstrumentationScope(name: "test"))
    await withTaskGroup { group in
      group.addTask { await processor.run() }
      await body(processor) { tracer.startSpan($0, in: .topLevel).end() }
      group.cancelAll()
    }
  }

  @Test func `A flush exports everything in batches, in order`() async {
    let exporter = ScriptedExporter()
    await withProcessor(exporter) { processor, end in
      for name in ["a", "b", "c", "d", "e"] { end(name) }
      #expect(await processor.forceFlush(within: .seconds(10)))
      #expect(exporter.batches.flatMap { $0 } == ["a", "b", "c", "d", "e"])
      #expect(exporter.batches.allSatisfy { $0.count <= 4 })
      #expect(processor.statistics.snapshot.exported == 5)
      #expect(processor.statistics.snapshot.queued == 0)
      #expect(processor.statistics.snapshot.lastSuccess != nil)
    }
  }

  @Test func `Spans that end on several loops all arrive, each loop's in order`() async throws {
    let group = try EventLoopGroup(loopCount: 2)
    let exporter = ScriptedExporter()
    await withProcessor(exporter, queue: 1000, batch: 64, group: group) { processor, _ in
      let provider = TracerProvider(
        processor: processor,
        idGenerator: IDGenerator(group: group),
        logger: .discarding
      )
      let tracer = provider.tracer(InstrumentationScope(name: "test"))
      for loop in group.loops {
        await loop.run {
          for number in 0..<300 { tracer.startSpan("\(loop.index) \(number)", in: .topLevel).end() }
        }
      }
      #expect(await processor.forceFlush(within: .seconds(10)))
      let names = exporter.batches.flatMap { $0 }
      for index in 0..<2 {
        #expect(names.filter { $0.hasPrefix("\(index) ") } == (0..<300).map { "\(index) \($0)" })
      }
      #expect(processor.statistics.snapshot.exported == 600)
      #expect(processor.statistics.snapshot.dropped == 0)
    }
    await group.shutdown()
  }

  @Test func `The timer exports what is less than a batch`() async {
    let exporter = ScriptedExporter()
    await withProcessor(exporter, delay: .milliseconds(5)) { processor, end in
      end("a")
      while processor.statistics.snapshot.exported == 0 { await Task.yield() }
      #expect(exporter.batches == [["a"]])
    }
  }

  @Test func `A span that finds the queue full is dropped and counted`() async {
    let exporter = ScriptedExporter(.undelivered)
    await withProcessor(exporter, queue: 3, batch: 3) { processor, end in
      end("a")
      #expect(await processor.forceFlush(within: .seconds(10)) == false)
      for name in ["b", "c", "d", "e"] { end(name) }
      #expect(processor.statistics.snapshot.dropped == 2)
      #expect(await processor.forceFlush(within: .seconds(10)))
      #expect(exporter.batches.dropFirst().flatMap { $0 } == ["a", "b", "c"])
    }
  }

  @Test func `What was dropped takes no room in the queue`() async {
    let exporter = ScriptedExporter()
    await withProcessor(exporter, queue: 2, batch: 4) { processor, end in
      for round in 1...3 {
        for name in ["a", "b", "c"] { end("\(name)\(round)") }
        #expect(await processor.forceFlush(within: .seconds(10)))
      }
      #expect(exporter.batches == [["a1", "b1"], ["a2", "b2"], ["a3", "b3"]])
      #expect(processor.statistics.snapshot.dropped == 3)
      #expect(processor.statistics.snapshot.queued == 0)
    }
  }

  @Test func `What is undelivered goes before what came later`() async {
    let exporter = ScriptedExporter(.undelivered)
    await withProcessor(exporter, queue: 8, batch: 2) { processor, end in
      for name in ["a", "b", "c"] { end(name) }
      // The full batch goes by itself or with the flush; one of them finds that it is not delivered.
      _ = await processor.forceFlush(within: .seconds(10))
      #expect(await processor.forceFlush(within: .seconds(10)))
      #expect(exporter.batches == [["a", "b"], ["a", "b"], ["c"]])
    }
  }

  @Test func `What is undelivered is tried again, what is dropped is not`() async {
    let exporter = ScriptedExporter(.undelivered, .dropped, .delivered(rejected: 1))
    await withProcessor(exporter) { processor, end in
      end("a")
      #expect(await processor.forceFlush(within: .seconds(10)) == false)
      #expect(await processor.forceFlush(within: .seconds(10)) == false)
      end("b")
      end("c")
      #expect(await processor.forceFlush(within: .seconds(10)) == false)
      #expect(exporter.batches == [["a"], ["a"], ["b", "c"]])
      #expect(processor.statistics.snapshot.failed == 2)
      #expect(processor.statistics.snapshot.exported == 1)
    }
  }

  @Test(.timeLimit(.minutes(1))) func `What waits is counted when it is asked for, with the batch on its way`() async {
    let (begun, begin) = AsyncStream.makeStream(of: Void.self)
    let (released, release) = AsyncStream.makeStream(of: Void.self)
    var configuration = BatchConfiguration()
    configuration.maximumExportBatchSize = 2
    configuration.scheduleDelay = .seconds(3600)
    let statistics = ExportStatistics()
    let processor = BatchProcessor<Int>(configuration: configuration, statistics: statistics) { _, _ in
      begin.yield()
      return await released.first { _ in true } == nil ? .dropped : .undelivered
    }
    processor.add(1)
    #expect(statistics.snapshot.queued == 1)
    await withTaskGroup { group in
      group.addTask { await processor.run() }
      processor.add(2)
      await begun.first { _ in true }
      #expect(statistics.snapshot.queued == 2)
      processor.add(3)
      #expect(statistics.snapshot.queued == 3)
      release.yield()
      release.finish()
      #expect(await processor.forceFlush(within: .seconds(10)) == false)
      #expect(statistics.snapshot.queued == 0)
      group.cancelAll()
    }
  }

  @Test func `Exports never overlap`() async {
    let exporter = ScriptedExporter(delay: .milliseconds(2))
    await withProcessor(exporter, queue: 100, batch: 1, delay: .milliseconds(1)) { processor, end in
      for index in 0..<10 { end("\(index)") }
      #expect(await processor.forceFlush(within: .seconds(10)))
      #expect(!exporter.overlapped)
      #expect(exporter.batches.count == 10)
    }
  }

  @Test(.timeLimit(.minutes(1))) func `Shutdown flushes, ends the run, and ignores what comes later`() async {
    let exporter = ScriptedExporter()
    await withProcessor(exporter) { processor, end in
      end("a")
      #expect(await processor.shutdown(within: .seconds(10)))
      end("late")
      #expect(processor.statistics.snapshot.queued == 0)
      #expect(await processor.shutdown(within: .seconds(3600)) == false, "at once")
      #expect(await processor.forceFlush(within: .seconds(3600)) == false, "at once")
      #expect(exporter.batches == [["a"]])
    }
  }

  @Test(.timeLimit(.minutes(1))) func `The timer lets the clock of new traces follow the wall`() async {
    let wall = Atomic<UInt64>(0)
    let clock = SpanClock(monotonic: { 0 }, wall: { wall.load(ordering: .relaxed) })
    var configuration = BatchConfiguration()
    configuration.scheduleDelay = .milliseconds(1)
    let processor = BatchProcessor<Int>(
      configuration: configuration,
      statistics: ExportStatistics(),
      clock: clock,
      export: { _, _ in .delivered(rejected: 0) }
    )
    wall.store(5_000_000_000, ordering: .relaxed)
    await withTaskGroup { group in
      group.addTask { await processor.run() }
      while clock.anchor != 5_000_000_000, !Task.isCancelled { await Task.yield() }
      group.cancelAll()
    }
  }

  @Test(.timeLimit(.minutes(1))) func `Shutdown does not wait for a receiver that hangs`() async {
    let exporter = ScriptedExporter(delay: .seconds(3600))
    await withProcessor(exporter) { processor, end in
      end("a")
      #expect(await processor.shutdown(within: .milliseconds(20)) == false)
    }
  }
}
