import Synchronization

/// What happened, in order, for tests that wait for it instead of sleeping.
final class EventLog: Sendable {
  private struct State {
    var events: [String] = []
    var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  var events: [String] { state.withLock { $0.events } }

  func append(_ event: String) {
    let woken = state.withLock { state in
      state.events.append(event)
      let count = state.events.count
      let woken = state.waiters.filter { $0.count <= count }
      state.waiters.removeAll { $0.count <= count }
      return woken
    }
    for waiter in woken { waiter.continuation.resume() }
  }

  /// Suspends until there are `count` events.
  func wait(for count: Int) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if state.events.count < count { state.waiters.append((count, continuation)) }
        return state.events.count >= count
      }
      if isThere { continuation.resume() }
    }
  }
}
