extension EventLoop {
  /// Waits on this loop's timers; holds no thread. Resolution is a millisecond, never early.
  ///
  /// Suspends until the time has passed, which for no time it has already; throws when the task is cancelled, at once.
  public func sleep(for duration: Duration) async throws(CancellationError) {
    guard duration > .zero else {
      if Task.isCancelled { throw CancellationError() }
      return
    }
    let sleeper = Sleeper(loop: self, deadline: EventLoop.monotonicNanoseconds() + duration.nanoseconds)
    let finished = await withTaskCancellationHandler {
      await unsafe withUnsafeContinuation { continuation in
        // SAFETY: the sleeper resumes it once, on whichever comes first: deadline, cancellation, end of the loop.
        if isCurrent {
          unsafe sleeper.begin(continuation)
        } else {
          execute { unsafe sleeper.begin(continuation) }
        }
      }
    } onCancel: {
      execute { sleeper.cancel() }
    }
    guard finished else { throw CancellationError() }
  }
}

/// One `sleep`: a continuation and its deadline. Used on its loop only, hence unchecked.
@safe private final class Sleeper: TimerTarget, @unchecked Sendable {
  @unsafe private enum State {
    case new
    case waiting(UnsafeContinuation<Bool, Never>, TimerEntry)
    case ended
  }

  private let loop: EventLoop
  private let deadline: UInt64
  private var state = unsafe State.new

  init(loop: EventLoop, deadline: UInt64) {
    self.loop = loop
    self.deadline = deadline
  }

  func begin(_ continuation: UnsafeContinuation<Bool, Never>) {
    switch unsafe state {
    case .new:
      guard let timers = loop.timers else {
        unsafe state = .ended
        unsafe continuation.resume(returning: false)
        return
      }
      loop.ledger.waitsBegun += 1
      unsafe state = .waiting(continuation, timers.schedule(at: deadline, self))
    case .ended: unsafe continuation.resume(returning: false)
    case .waiting: preconditionFailure("a sleeper sleeps once")
    }
  }

  func timerFired() {
    end(finished: EventLoop.monotonicNanoseconds() >= deadline)
  }

  func cancel() {
    if case .waiting(_, let entry) = unsafe state { loop.timers?.cancel(entry) }
    end(finished: false)
  }

  private func end(finished: Bool) {
    if case .waiting(let continuation, _) = unsafe state {
      loop.ledger.waitsEnded += 1
      unsafe continuation.resume(returning: finished)
    }
    unsafe state = .ended
  }
}
