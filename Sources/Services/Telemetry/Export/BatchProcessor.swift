public import LoopHTTP
import Synchronization

/// Collects finished records and exports them in batches: when a batch is full, when the schedule's delay has passed, and
/// when it is told to (OpenTelemetry SDK, "Batching processor"). Exports never overlap.
///
/// A batch that cannot be delivered for a reason that may pass goes back to the queue, so that an outage costs records
/// only when the queue is full. Nothing happens until `run()` is called.
public final class BatchProcessor<Record: Sendable>: Sendable {
  /// Exports a batch; returns within the limit.
  public typealias Export = @Sendable (_ records: [Record], _ limit: Duration) async -> ExportResult

  private struct State {
    var wakes: BatchSchedule.Wakes = []
    var flushes: [AsyncStream<Bool>.Continuation] = []
    var isShutDown = false
  }

  /// What the exports came to so far.
  public let statistics: ExportStatistics

  private let configuration: BatchConfiguration
  private let export: Export
  private let clock: SpanClock
  private let queue: RecordQueue<Record>
  private let state = Mutex(State())
  private let wakeUps: AsyncStream<Void>
  private let wakeUp: AsyncStream<Void>.Continuation

  /// A processor that hands its batches to `export`. The loops of `group` add records without a lock; they must outlive
  /// `run()`.
  public init(
    configuration: BatchConfiguration,
    statistics: ExportStatistics,
    group: EventLoopGroup? = nil,
    clock: SpanClock = .process,
    export: @escaping Export
  ) {
    self.configuration = configuration
    self.statistics = statistics
    self.clock = clock
    self.export = export
    let queue = RecordQueue<Record>(configuration, group: group)
    self.queue = queue
    statistics.readQueued { queue.count + queue.takenCount }
    (wakeUps, wakeUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// Takes a record, or drops and counts it when the queue is full. Never blocks.
  public func add(_ record: Record) {
    switch queue.enqueue(record) {
    case .queued, .closed: break
    case .batchReady: wake(.batchReady)
    case .full: statistics.addDropped()
    }
  }

  /// Exports until `shutdown(within:)` or until the task is cancelled, which also ends an export on its way.
  public func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask {
        while (try? await Task.sleep(for: self.configuration.scheduleDelay)) != nil {
          self.clock.follow()
          self.wake(.timer)
        }
      }
      var schedule = BatchSchedule(batchSize: configuration.maximumExportBatchSize)
      for await _ in wakeUps {
        let isLast = await work(&schedule)
        if isLast { break }
      }
      group.cancelAll()
    }
    statistics.add(.undelivered, count: await queue.discard(), at: 0)
  }

  /// Exports everything that ended so far; false when that failed or took longer than `limit`.
  public func forceFlush(within limit: Duration) async -> Bool {
    await flush(within: limit, isLast: false)
  }

  /// Exports everything that ended so far and ends `run()`. Later records are ignored, and so are later shutdowns.
  public func shutdown(within limit: Duration) async -> Bool {
    await flush(within: limit, isLast: true)
  }

  private func wake(_ reason: BatchSchedule.Wakes) {
    state.withLock { _ = $0.wakes.insert(reason) }
    wakeUp.yield()
  }

  private func flush(within limit: Duration, isLast: Bool) async -> Bool {
    let (results, waiter) = AsyncStream.makeStream(of: Bool.self)
    let isOpen = state.withLock {
      guard !$0.isShutDown else { return false }
      $0.isShutDown = isLast
      $0.flushes.append(waiter)
      $0.wakes.insert(.flush)
      return true
    }
    guard isOpen else { return false }
    if isLast { queue.close() }
    wakeUp.yield()
    return await withTaskGroup { group in
      group.addTask { await results.first { _ in true } ?? false }
      group.addTask {
        try? await Task.sleep(for: limit)
        return false
      }
      let first = await group.next() ?? false
      group.cancelAll()
      return first
    }
  }

  /// Does what the wake-ups ask for; true after the last flush.
  private func work(_ schedule: inout BatchSchedule) async -> Bool {
    let present = state.withLock { state in
      defer { (state.wakes, state.flushes) = ([], []) }
      return state
    }
    await queue.gather()
    let isDelivered = await exportBatches(schedule.count(for: present.wakes, queued: queue.count), &schedule)
    for waiter in present.flushes {
      waiter.yield(isDelivered)
      waiter.finish()
    }
    return present.isShutDown && present.wakes.contains(.flush)
  }

  /// Exports that many records batch by batch; false when some were not delivered.
  private func exportBatches(_ count: Int, _ schedule: inout BatchSchedule) async -> Bool {
    var remaining = count
    var isDelivered = true
    while remaining > 0 {
      let records = queue.take(atMost: min(remaining, configuration.maximumExportBatchSize))
      // A record that is counted may not be in its loop's buffer yet: the next wake-up finds it.
      guard !records.isEmpty else { break }
      remaining -= records.count
      let result = await export(records, configuration.exportTimeout)
      if result != .delivered(rejected: 0) { isDelivered = false }
      guard schedule.finished(result) else {
        queue.putBack(records)
        return false
      }
      queue.forgetTaken()
      statistics.add(result, count: records.count, at: Double(EventLoop.wallClockNanoseconds()) / 1e9)
    }
    return isDelivered
  }
}

/// Exports spans in batches.
public typealias BatchSpanProcessor = BatchProcessor<OTelSpan>
/// Exports log records in batches.
public typealias BatchLogRecordProcessor = BatchProcessor<LogRecord>

extension BatchProcessor: SpanProcessor where Record == OTelSpan {
  /// A processor that hands what its spans recorded to `exporter`.
  public convenience init(
    exporter: any SpanExporter,
    configuration: BatchConfiguration,
    statistics: ExportStatistics,
    group: EventLoopGroup? = nil
  ) {
    self.init(configuration: configuration, statistics: statistics, group: group, export: exporter.export)
  }

  /// Takes a span, or drops and counts it when the queue is full.
  public func onEnd(_ span: OTelSpan) { add(span) }
}

extension BatchProcessor: LogRecordProcessor where Record == LogRecord {
  /// Takes a log record, or drops and counts it when the queue is full.
  public func onEmit(_ record: LogRecord) { add(record) }
}
