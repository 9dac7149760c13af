import LoopHTTP
import Synchronization

/// Finished records on their way to the exporter, bounded: a record that finds it full is dropped.
///
/// Each loop appends to a buffer of its own, so that adding a record takes no lock; the exporter gathers the buffers.
final class RecordQueue<Record: Sendable>: Sendable {
  private let finished: LoopLocal<[Record]>
  private let gathered = Mutex<[Record]>([])
  private let waiting = Atomic<Int>(0)
  private let taken = Atomic<Int>(0)
  private let isClosed = Atomic<Bool>(false)
  private let bound: Int
  private let batchSize: Int

  /// A queue for the records of the loops of `group`, which must run as long as records are gathered.
  init(_ configuration: BatchConfiguration, group: EventLoopGroup?) {
    finished = LoopLocal(group: group) { [] }
    bound = configuration.maximumQueueSize
    batchSize = configuration.maximumExportBatchSize
  }

  /// Records that wait now, gathered or not.
  var count: Int { waiting.load(ordering: .relaxed) }

  /// Records of the batch that was taken and neither put back nor forgotten.
  var takenCount: Int { taken.load(ordering: .relaxed) }

  /// Appends a record; never waits on a loop.
  func enqueue(_ record: Record) -> EnqueueOutcome {
    guard !isClosed.load(ordering: .relaxed) else { return .closed }
    let count = waiting.add(1, ordering: .relaxed).newValue
    guard count <= bound else {
      waiting.subtract(1, ordering: .relaxed)
      return .full
    }
    finished.withValue { $0.append(record) }
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

  /// Takes the first of the gathered records. They count as taken until they are put back or forgotten.
  func take(atMost count: Int) -> [Record] {
    let records = gathered.withLock {
      let taken = Array($0.prefix(count))
      $0.removeFirst(taken.count)
      return taken
    }
    taken.add(records.count, ordering: .relaxed)
    waiting.subtract(records.count, ordering: .relaxed)
    return records
  }

  /// Puts records that could not be delivered back in front. With them the queue may hold one batch more than its bound.
  func putBack(_ records: [Record]) {
    gathered.withLock { $0.insert(contentsOf: records, at: 0) }
    waiting.add(records.count, ordering: .relaxed)
    forgetTaken()
  }

  /// The batch that was taken is done with.
  func forgetTaken() {
    taken.store(0, ordering: .relaxed)
  }

  /// Lets go of the records that nobody will take any more: a span holds its provider, and with that this queue.
  ///
  /// - Returns: how many they are.
  func discard() async -> Int {
    close()
    await gather()
    let records = take(atMost: count)
    forgetTaken()
    return records.count
  }

  /// Takes no more records from now on.
  func close() {
    isClosed.store(true, ordering: .relaxed)
  }
}

/// What adding a record to a queue did.
enum EnqueueOutcome: Sendable, Hashable {
  /// The record waits.
  case queued
  /// The record waits, and with it there is one more whole batch.
  case batchReady
  /// There was no room.
  case full
  /// The queue takes no more records.
  case closed
}
