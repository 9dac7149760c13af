/// What a loop has opened and closed. After a loop has ended every pair is equal; a difference is a leak.
public struct LoopLedger: Hashable, Sendable {
  /// Handles (sockets, timers, watchers) that were initialised.
  public internal(set) var handlesOpened = 0
  /// Handles whose close callback has run, so that their memory is gone.
  public internal(set) var handlesClosed = 0
  /// One-shot requests (connect, write, work for the thread pool) handed to libuv.
  public internal(set) var requestsStarted = 0
  /// One-shot requests whose callback has run.
  public internal(set) var requestsFinished = 0
  /// Tasks that began to wait on this loop for a timer or a stream.
  public internal(set) var waitsBegun = 0
  /// Tasks that were woken from such a wait.
  public internal(set) var waitsEnded = 0

  var openHandles: Int { handlesOpened - handlesClosed }

  /// No handle, request or waiting task is left.
  public var isBalanced: Bool {
    openHandles == 0 && requestsStarted == requestsFinished && waitsBegun == waitsEnded
  }
}
