internal import Synchronization

/// Work that other threads have for a loop, until it takes it. Safe to use from any thread.
final class Inbox: Sendable {
  private struct Content {
    var work: [LoopWork] = []
    var visitors = 0
    var isClosed = false
  }

  private let content = Mutex(Content())
  /// How often work has come. Orders it before its turn for those who do not see how the system hands a lock over, which is what
  /// ThreadSanitizer needs.
  private let arrivals = Atomic(0)
  private let isClosed = Atomic(false)

  /// Whether nothing more is taken; without the lock.
  var hasEnded: Bool { isClosed.load(ordering: .acquiring) }

  /// False where the loop has ended. `wake` is called under the lock, where the loop must be told; once for all the work that it
  /// has not taken yet.
  func append(_ work: LoopWork, wake: () -> Void) -> Bool {
    content.withLock { content in
      guard !content.isClosed else { return false }
      content.work.append(work)
      arrivals.add(1, ordering: .releasing)
      if content.work.count == 1 { wake() }
      return true
    }
  }

  func take() -> [LoopWork] {
    content.withLock { content in
      _ = arrivals.load(ordering: .acquiring)
      let work = content.work
      content.work = []
      return work
    }
  }

  /// Keeps `end` from being true until `leave`; false where it was before.
  func enter() -> Bool {
    content.withLock { content in
      if !content.isClosed { content.visitors += 1 }
      return !content.isClosed
    }
  }

  /// Undoes one `enter`. `wake` is called under the lock, where `end` may now be true.
  func leave(wake: () -> Void) {
    content.withLock { content in
      content.visitors -= 1
      if content.visitors == 0 { wake() }
    }
  }

  var visitors: Int { content.withLock { $0.visitors } }

  /// False where there is work or a visitor; from true on, nothing more is taken, and `wake` is not called any more.
  func end() -> Bool {
    content.withLock { content in
      if content.work.isEmpty, content.visitors == 0 { content.isClosed = true }
      isClosed.store(content.isClosed, ordering: .releasing)
      return content.isClosed
    }
  }
}

/// What a loop does in its turn.
enum LoopWork: Sendable {
  /// For code without an actor.
  case job(UnownedJob)
  case actorJob(UnownedJob)
  case closure(@Sendable () -> Void)
}
