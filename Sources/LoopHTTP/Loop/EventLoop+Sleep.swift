extension EventLoop {
  /// Waits on this loop's timers; holds no thread. Resolution is a millisecond, never early.
  ///
  /// Suspends until the time has passed, which for no time it has already; throws when the task is cancelled or the
  /// loop ends, at once.
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
        } else if !execute({ unsafe sleeper.begin(continuation) }) {
          unsafe continuation.resume(returning: false)
        }
      }
    } onCancel: {
      execute { sleeper.cancel() }
    }
    guard finished else { throw CancellationError() }
  }
}
