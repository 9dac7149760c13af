/// An actor whose code runs on one loop: all those of a loop have one executor, so that calls between them need no hop in a task that
/// prefers the loop, and callbacks of that loop enter it as they are. As all of its code an `isolated deinit` runs as long as the loop does.
public protocol LoopActor: Actor {
  /// The loop, which the actor holds for as long as it lives.
  nonisolated var loop: EventLoop { get }
}

extension LoopActor {
  /// See `Actor`.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    // SAFETY: the actor holds its loop, so the executor lives as long as the actor.
    unsafe loop.actors.asUnownedSerialExecutor()
  }
}

extension LoopActor {
  /// What `assumeIsolated` does, for callbacks of the actor's own loop. Being on the loop's thread is all there is to check, and
  /// costs a comparison; the runtime's question whether two executors are the same costs as much as parsing a request.
  @inline(__always)
  nonisolated func onLoop<Result: Sendable, Failure>(
    _ body: @escaping (isolated Self) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    loop.preconditionOnLoop()
    // SAFETY: a function that is isolated to an actor differs from one that is not only in where it may be called, and the loop,
    // on whose thread this is, is the actor's executor. (It could do without `@escaping`, but that would cost an allocation.)
    return try unsafe unsafeBitCast(body, to: ((Self) throws(Failure) -> Result).self)(self)
  }
}
