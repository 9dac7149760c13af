/// Work that waits for its loop, first in, first out, taken in batches so that I/O is never starved.
///
/// Two arrays take turns, so that a steady state allocates nothing.
struct JobQueue<Work> {
  private var waiting: [Work] = []
  private var emptied: [Work] = []

  var isEmpty: Bool { waiting.isEmpty }

  mutating func append(_ work: Work) {
    waiting.append(work)
  }

  mutating func append(contentsOf work: [Work]) {
    waiting.append(contentsOf: work)
  }

  /// Everything that waits now; what is appended from here on belongs to the next batch.
  mutating func takeBatch() -> [Work] {
    let batch = waiting
    waiting = emptied
    emptied = []
    return batch
  }

  /// Gives the storage of a finished batch back, to be used again.
  mutating func recycle(_ batch: consuming [Work]) {
    batch.removeAll(keepingCapacity: true)
    emptied = batch
  }
}
