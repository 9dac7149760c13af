/// The task that serves a connection, to be cancelled by callbacks of the same loop when the client leaves.
@safe final class RunningTask {
  // SAFETY of the unchecked accesses: they are read and written in one step each.
  @exclusivity(unchecked) private var task: UnsafeCurrentTask?
  /// Whether `cancel` was called: known without asking the runtime. Whoever cancels from outside, as the server's end does, closes
  /// the connection besides.
  @safe @exclusivity(unchecked) private(set) var isCancelledHere = false

  /// Remembers the calling task; the caller must `end()` before that task does.
  func begin() {
    isCancelledHere = false
    unsafe withUnsafeCurrentTask { unsafe task = $0 }
  }

  func cancel() {
    isCancelledHere = true
    // SAFETY: `end` has not run, so the task still does.
    unsafe task?.cancel()
  }

  var isCancelled: Bool {
    // SAFETY: as above.
    unsafe task?.isCancelled ?? false
  }

  func end() {
    unsafe task = nil
  }
}
