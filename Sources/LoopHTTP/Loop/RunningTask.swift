/// The task that serves a connection, to be cancelled by callbacks of the same loop when the client leaves.
@safe final class RunningTask {
  // SAFETY of the unchecked accesses: they are read and written in one step each.
  @exclusivity(unchecked) private var task: UnsafeCurrentTask?
  /// Whether `cancel` was called, or `noteCancellation` has found it cancelled from elsewhere: no question to the runtime, for
  /// whoever needs to know it of each request.
  @safe @exclusivity(unchecked) private(set) var isKnownToBeCancelled = false

  /// Remembers the calling task; the caller must `end()` before that task does.
  func begin() {
    isKnownToBeCancelled = false
    unsafe withUnsafeCurrentTask { unsafe task = $0 }
  }

  func cancel() {
    isKnownToBeCancelled = true
    // SAFETY: `end` has not run, so the task still does.
    unsafe task?.cancel()
  }

  var isCancelled: Bool {
    // SAFETY: as above.
    unsafe task?.isCancelled ?? false
  }

  /// Asks the runtime, where the task has run somebody else's code.
  func noteCancellation() {
    if isCancelled { isKnownToBeCancelled = true }
  }

  func end() {
    unsafe task = nil
  }
}
