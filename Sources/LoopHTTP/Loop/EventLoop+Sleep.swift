extension EventLoop {
  /// Waits on this loop's timers; holds no thread. Resolution is a millisecond, never early.
  ///
  /// Suspends until the time has passed, which for no time it has already; throws when the task is cancelled or the
  /// loop ends, at once.
  ///
  /// - Parameter tolerance: How much later does no harm, as for a `Clock`. Sleeps whose ends may then be the same instant
  ///   cost the loop one wake-up together.
  public func sleep(
    for duration: Duration,
    tolerance: Duration = .zero,
    isolation: isolated (any Actor)? = #isolation
  ) async throws(CancellationError) {
    guard duration > .zero else {
      if Task.isCancelled { throw CancellationError() }
      return
    }
    let earliest = EventLoop.monotonicNanoseconds() + duration.nanoseconds
    let sleeper = Sleeper(loop: self, deadline: Self.roundest(earliest...earliest + tolerance.nanoseconds))
    let finished = await withTaskCancellationHandler {
      _ = isolation  // what is captured is where the closure runs
      return await unsafe withUnsafeContinuation { continuation in
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

  /// The multiple of the greatest power of two: where windows overlap, mostly the same for all of them.
  static func roundest(_ window: ClosedRange<UInt64>) -> UInt64 {
    guard window.lowerBound > 0 else { return 0 }
    let differing = (window.lowerBound - 1) ^ window.upperBound
    let lowBits = UInt64.max >> (differing.leadingZeroBitCount + 1)
    return window.upperBound & ~lowBits
  }
}
