import Synchronization

/// Steps one after another, each of which can be cancelled once.
final class StepCanceller: Sendable {
  private struct State {
    /// Cancels the step under way; nil between two steps, and where that is done.
    var cancel: (@Sendable () -> Void)?
    /// Whether the step under way is cancelled, or between two steps the next.
    var isCancelled = false
  }

  private let state = Mutex(State())

  /// Cancels the step under way, or where there is none the next; false where that was done already.
  func cancel() -> Bool {
    let (isFirst, cancel) = state.withLock { state in
      defer { (state.isCancelled, state.cancel) = (true, nil) }
      return (!state.isCancelled, state.cancel)
    }
    cancel?()
    return isFirst
  }

  /// No step follows, and there is nothing to cancel.
  func end() {
    state.withLock { $0.isCancelled = true }
  }

  /// Suspends until the step has ended, in a task of its own.
  func run<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value {
    let task = Task { await work() }
    let isCancelled = state.withLock { state in
      if !state.isCancelled { state.cancel = { task.cancel() } }
      return state.isCancelled
    }
    if isCancelled { task.cancel() }
    let value = await task.value
    state.withLock { $0 = State() }
    return value
  }
}
