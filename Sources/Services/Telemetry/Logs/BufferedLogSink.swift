public import LoopHTTP
import Synchronization

/// Collects the lines of each event loop, and hands them once per loop iteration to one writer.
///
/// A loop never waits for the output: over the limit lines are dropped and counted, and a line that says how many
/// takes their place. Lines of one loop keep their order; lines never mix.
public final class BufferedLogSink: LogSink {
  /// Writes all bytes, or throws `FileWriter.IncompleteWrite` or, where none were written, any error; may suspend as long as
  /// the output needs. Only one call at a time.
  public typealias Write = @Sendable ([UInt8]) async throws -> Void
  /// Makes the line that tells how many lines are missing.
  public typealias DropNotice = @Sendable (_ lineCount: Int) -> [UInt8]

  private struct State: Sendable {
    var queue: LogQueue
    var flushes: [AsyncStream<Void>.Continuation] = []
    /// Whether the output's last line broke off.
    var isTorn = false
  }

  private let writerLoop: EventLoop
  private let buffers: LoopLocal<LogQueue.Chunk>
  private let state: Mutex<State>
  private let write: Write
  private let dropNotice: DropNotice

  /// - Parameters:
  ///   - group: the loops that log.
  ///   - limit: bytes that wait for the writer at most. Default 4 MiB, some 15 000 lines: what a busy service logs
  ///     while a terminal or a pipe's reader pauses for a moment.
  public init(
    group: EventLoopGroup,
    limit: Int = 4 << 20,
    dropNotice: @escaping DropNotice,
    write: @escaping Write
  ) {
    writerLoop = group.loops[0]
    buffers = LoopLocal(group: group) { LogQueue.Chunk() }
    state = Mutex(State(queue: LogQueue(limit: limit)))
    self.dropNotice = dropNotice
    self.write = write
  }

  /// A sink on a file descriptor that stays open, such as 1, the standard output.
  ///
  /// - Parameters:
  ///   - style: writes the notice of dropped lines.
  ///   - service: whose notice that is.
  public convenience init(descriptor: Int32, group: EventLoopGroup, style: LogStyle, service: String) {
    let writer = FileWriter(descriptor: descriptor, loop: group.loops[0])
    self.init(group: group, dropNotice: { style.dropNotice(lineCount: $0, service: service) }) {
      try await writer.write($0)
    }
  }

  /// Keeps the line until the current loop's iteration ends; from any other thread it is queued at once.
  public func write(_ appendLine: (inout [UInt8]) -> Void) {
    guard let loop = EventLoop.current else {
      var chunk = LogQueue.Chunk()
      chunk.append(appendLine)
      return enqueue(chunk)
    }
    // Taken out meanwhile: what the line is about may itself write lines, which then come after it.
    var chunk = buffers.withValue(Self.take)
    chunk.append(appendLine)
    let isFirst = chunk.lineCount == 1
    let isFull = chunk.bytes.count >= Self.handOverSize
    buffers.withValue { buffer in
      if buffer.lineCount > 0 { chunk.append(buffer) }
      swap(&buffer, &chunk)
    }
    if isFull {
      handOver()
    } else if isFirst {
      loop.atEndOfIteration { self.handOver() }
    }
  }

  /// Waits until every line written before the call is out, or the time is up.
  public func flush(within limit: Duration) async {
    for chunk in await buffers.collect(Self.take) { enqueue(chunk) }
    let (idle, continuation) = AsyncStream<Void>.makeStream()
    let isIdle = state.withLock { state in
      if !state.queue.isIdle { state.flushes.append(continuation) }
      return state.queue.isIdle
    }
    guard !isIdle else { return }
    await withTaskGroup { group in
      group.addTask { for await _ in idle {} }
      group.addTask { [writerLoop] in try? await writerLoop.sleep(for: limit) }
      await group.next()
      group.cancelAll()
    }
  }

  /// Flushes, and ignores lines written later: the writer's loop is about to stop.
  public func close(within limit: Duration) async {
    await flush(within: limit)
    state.withLock { $0.queue.close() }
  }

  /// Between two writes: each is a trip to another thread, which costs more than the lines of a loop's iteration. The first
  /// line after a rest is written at once.
  private static let pause = Duration.milliseconds(10)

  /// A loop that logs more than this in one iteration does not wait for the end of it.
  private static var handOverSize: Int { 64 << 10 }

  @Sendable private static func take(_ buffer: inout LogQueue.Chunk) -> LogQueue.Chunk {
    defer { buffer = LogQueue.Chunk() }
    return buffer
  }

  private func handOver() {
    buffers.withValue { buffer in
      enqueue(buffer)
      buffer.removeAll()
    }
  }

  /// The writer is a task of its own, because no caller may wait for it. It lives while lines wait; ``flush(within:)``
  /// awaits its end.
  private func enqueue(_ chunk: LogQueue.Chunk) {
    guard state.withLock({ $0.queue.append(chunk) }) else { return }
    Task(executorPreference: writerLoop) { await self.drain() }
  }

  private func drain() async {
    while let next = nextWrite() {
      do {
        try await write(next.bytes)
        state.withLock { $0.isTorn = false }
      } catch {
        failed(next, written: (error as? FileWriter.IncompleteWrite)?.written ?? 0)
        break
      }
      try? await writerLoop.sleep(for: Self.pause)
    }
    let flushes = state.withLock { state in
      defer { state.flushes = [] }
      return state.flushes
    }
    for flush in flushes { flush.finish() }
  }

  private func nextWrite() -> LogWrite? {
    let (step, isTorn) = state.withLock { ($0.queue.next(), $0.isTorn) }
    guard case .write(let chunk, let dropped) = step else { return nil }
    let notice = dropped > 0 ? dropNotice(dropped) : []
    return LogWrite(chunk, notice: notice, droppedLineCount: dropped, endsTornLine: isTorn)
  }

  private func failed(_ write: LogWrite, written: Int) {
    state.withLock { state in
      state.queue.fail(lineCount: write.missingLineCount(written: written))
      if written > 0 { state.isTorn = write.isTorn(written: written) }
    }
  }
}
