/// One `sleep`: a continuation and its deadline. Used on its loop only, hence unchecked.
@safe final class Sleeper: @unchecked Sendable {
  @unsafe private enum State {
    case new
    case waiting(UnsafeContinuation<Bool, Never>, SleepEntry)
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
        // Not at once: a task that goes on sleeping would never let go of the thread.
        loop.execute { unsafe continuation.resume(returning: false) }
        return
      }
      loop.ledger.waitsBegun += 1
      unsafe state = .waiting(continuation, timers.schedule(self, at: deadline))
    case .ended: unsafe continuation.resume(returning: false)
    case .waiting: preconditionFailure("a sleeper sleeps once")
    }
  }

  /// The deadline has come.
  func wake() {
    end(finished: true)
  }

  /// The task is cancelled, or the loop ends.
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
