/// An actor whose code runs on one loop: its executor is the loop itself, so that calls between actors of one loop need
/// no hop, and callbacks of that loop enter with `assumeIsolated`.
public protocol LoopActor: Actor {
  /// The loop, which the actor holds for as long as it lives.
  nonisolated var loop: EventLoop { get }
}

extension LoopActor {
  /// See `Actor`.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    // SAFETY: the actor holds its loop, so the executor lives as long as the actor.
    unsafe loop.asUnownedSerialExecutor()
  }
}
