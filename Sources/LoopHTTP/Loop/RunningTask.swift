/// The task that serves a connection, to be cancelled by callbacks of the same loop when the client leaves.
@safe final class RunningTask {
  // SAFETY of the unchecked access: it is read and written in one step each.
  @exclusivity(unchecked) private var task: UnsafeCurrentTask?

  /// Remembers the calling task; the caller must `end()` before that task does.
  func begin() {
    unsafe withUnsafeCurrentTask { unsafe task = $0 }
  }

  func cancel() {
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
