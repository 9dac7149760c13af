/// A place where at most one task waits until a callback of its loop has news.
///
/// It carries no value: the woken task looks at the state again, as with a condition variable. Everything happens on
/// one loop, so no wake-up is lost between the look and the wait. Not safe to use from two threads.
@safe final class WaitPoint {
  private let loop: EventLoop
  // SAFETY: written and read in one step each.
  @safe @exclusivity(unchecked) private var continuation: UnsafeContinuation<Void, Never>?

  init(loop: EventLoop) {
    self.loop = loop
  }

  /// Suspends until the next `wake()`. Cancellation does not wake it: whoever cancels must also wake.
  func wait() async {
    // SAFETY: `wake` takes the continuation out before it resumes it, so it is resumed once; the ledger shows one
    // that never was.
    await unsafe withUnsafeContinuation { continuation in
      unsafe precondition(self.continuation == nil, "two tasks wait at one point")
      loop.ledger.waitsBegun += 1
      unsafe self.continuation = continuation
    }
  }

  /// Whether a task waits.
  var isAwaited: Bool { unsafe continuation != nil }

  /// Lets the waiting task go on, in a later job of the loop; without one nothing happens.
  func wake() {
    guard let continuation = unsafe continuation.take() else { return }
    loop.ledger.waitsEnded += 1
    unsafe continuation.resume()
  }
}
