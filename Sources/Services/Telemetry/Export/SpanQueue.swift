import LoopHTTP
import Synchronization

/// Finished spans on their way to the exporter, bounded: a span that finds it full is dropped.
///
/// Each loop appends to a buffer of its own, so that ending a span takes no lock; the exporter gathers the buffers.
final class SpanQueue: Sendable {
  /// What `enqueue` did.
  enum Outcome: Sendable, Hashable {
    /// The span waits.
    case queued
    /// The span waits, and with it there is one more whole batch.
    case batchReady
    /// There was no room.
    case full
    /// The queue takes no more spans.
    case closed
  }

  private let finished: LoopLocal<[OTelSpan]>
  private let gathered = Mutex<[OTelSpan]>([])
  private let waiting = Atomic<Int>(0)
  private let isClosed = Atomic<Bool>(false)
  private let bound: Int
  private let batchSize: Int

  /// A queue for the spans of the loops of `group`, which must run as long as spans are gathered.
  init(_ configuration: BatchConfiguration, group: EventLoopGroup?) {
    finished = LoopLocal(group: group) { [] }
    bound = configuration.maximumQueueSize
    batchSize = configuration.maximumExportBatchSize
  }

  /// Spans that wait now, gathered or not.
  var count: Int { waiting.load(ordering: .relaxed) }

  /// Appends a span; never waits on a loop.
  func enqueue(_ span: OTelSpan) -> Outcome {
    guard !isClosed.load(ordering: .relaxed) else { return .closed }
    let count = waiting.add(1, ordering: .relaxed).newValue
    guard count <= bound else {
      waiting.subtract(1, ordering: .relaxed)
      return .full
    }
    finished.withValue { $0.append(span) }
    return count.isMultiple(of: batchSize) ? .batchReady : .queued
  }

  /// Moves what the loops have finished to where `take` finds it; visits every loop.
  func gather() async {
    let buffers = await finished.collect { buffer in
      defer { buffer = [] }
      return buffer
    }
    gathered.withLock { $0 += buffers.joined() }
  }

  /// Takes the first of the gathered spans.
  func take(atMost count: Int) -> [OTelSpan] {
    let spans = gathered.withLock {
      let taken = Array($0.prefix(count))
      $0.removeFirst(taken.count)
      return taken
    }
    waiting.subtract(spans.count, ordering: .relaxed)
    return spans
  }

  /// Puts spans that could not be delivered back in front. With them the queue may hold one batch more than its bound.
  func putBack(_ spans: [OTelSpan]) {
    gathered.withLock { $0.insert(contentsOf: spans, at: 0) }
    waiting.add(spans.count, ordering: .relaxed)
  }

  /// Takes no more spans from now on.
  func close() {
    isClosed.store(true, ordering: .relaxed)
  }
}
