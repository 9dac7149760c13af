/// A place where at most one task waits until a callback of its loop has news.
///
/// It carries no value: the woken task looks at the state again, as with a condition variable. Everything happens on
/// one loop, so no wake-up is lost between the look and the wait; as long as no `await` of anything else is between them, where the
/// runtime lets others go first unless the task prefers the loop. Not safe to use from two threads.
@safe final class WaitPoint {
  private let loop: EventLoop
  // SAFETY: written and read in one step each.
  @safe @exclusivity(unchecked) private var continuation: UnsafeContinuation<Void, Never>?
  /// Wake-ups for which nobody waited.
  @safe @exclusivity(unchecked) private var missed = 0

  init(loop: EventLoop) {
    self.loop = loop
  }

  /// Suspends until the next `wake()`. Cancellation does not wake it: whoever cancels must also wake.
  func wait() async {
    let missed = missed
    // SAFETY: `wake` takes the continuation out before it resumes it, so it is resumed once; the ledger shows one
    // that never was.
    await unsafe withUnsafeContinuation { continuation in
      unsafe precondition(self.continuation == nil, "two tasks wait at one point")
      // A task that does not prefer the loop comes here in a job of its own.
      guard missed == self.missed else { return unsafe continuation.resume() }
      loop.ledger.waitsBegun += 1
      unsafe self.continuation = continuation
    }
  }

  /// Whether a task waits.
  var isAwaited: Bool { unsafe continuation != nil }

  /// Lets the waiting task go on, in a later job of the loop; without one nothing happens.
  func wake() {
    guard let continuation = unsafe continuation.take() else {
      missed &+= 1
      return
    }
    loop.ledger.waitsEnded += 1
    unsafe continuation.resume()
  }
}
