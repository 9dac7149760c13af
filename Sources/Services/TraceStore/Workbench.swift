/// Does one piece of work after another, outside of the event loops: no other request waits for it, and whatever memory
/// decoding takes, it takes once.
actor Workbench {
  /// Suspends until it is this work's turn and the work is done.
  nonisolated func run<Value: Sendable>(_ work: @Sendable () throws -> Value) async rethrows -> Value {
    try await withTaskExecutorPreference(globalConcurrentExecutor) { try await perform(work) }
  }

  private func perform<Value: Sendable>(_ work: @Sendable () throws -> Value) rethrows -> Value {
    try work()
  }
}
