internal import Synchronization

/// Work that other threads have for a loop, until it takes it. Safe to use from any thread.
final class Inbox: Sendable {
  private let content = Mutex<(work: [LoopWork], isClosed: Bool)>(([], false))
  private let isClosed = Atomic(false)

  /// Whether nothing more is taken; without the lock.
  var hasEnded: Bool { isClosed.load(ordering: .acquiring) }

  /// False where the loop has ended. `wake` is called under the lock, where the loop must be told; once for all the work that it
  /// has not taken yet.
  func append(_ work: LoopWork, wake: () -> Void) -> Bool {
    content.withLock { content in
      guard !content.isClosed else { return false }
      content.work.append(work)
      if content.work.count == 1 { wake() }
      return true
    }
  }

  func take() -> [LoopWork] {
    content.withLock { content in
      let work = content.work
      content.work = []
      return work
    }
  }

  /// False where there is work; from true on, nothing more is taken, and `wake` is not called any more.
  func end() -> Bool {
    content.withLock { content in
      if content.work.isEmpty { content.isClosed = true }
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
