internal import Synchronization

/// Work that other threads have for a loop, until it takes it. Safe to use from any thread.
final class Inbox: Sendable {
  private enum State { case open, closing, ended }
  private let content = Mutex<(work: [LoopWork], state: State)>(([], .open))

  /// False where the loop has ended. `wake` is called under the lock, where the loop must be told; once for all the work that it
  /// has not taken yet.
  func append(_ work: LoopWork, wake: () -> Void) -> Bool {
    content.withLock { content in
      guard content.state != .ended else { return false }
      content.work.append(work)
      if content.work.count == 1, content.state == .open { wake() }
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

  /// From here on `wake` is not called any more; what comes is taken once more.
  func beginClosing() {
    content.withLock { $0.state = .closing }
  }

  /// False where there is work again; from true on, nothing more is taken.
  func end() -> Bool {
    content.withLock { content in
      if content.work.isEmpty { content.state = .ended }
      return content.state == .ended
    }
  }
}

/// What a loop does in its turn.
enum LoopWork: Sendable {
  case job(UnownedJob)
  case closure(@Sendable () -> Void)
}
