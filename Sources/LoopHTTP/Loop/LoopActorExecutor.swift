/// A loop as the executor of its actors; as the executor of tasks it is `EventLoop` itself.
///
/// Two objects, for a job must run as what it was enqueued for. The runtime lets code without an actor call other such code at
/// once, and enqueues it anew at every call where it believes to run for an actor; one object could not tell the two apart.
@safe final class LoopActorExecutor: SerialExecutor, @unchecked Sendable {
  /// SAFETY: the loop holds this, each actor holds its loop, and nothing is enqueued for an actor that is no more.
  private unowned(unsafe) let loop: EventLoop

  init(_ loop: EventLoop) {
    unsafe self.loop = loop
  }

  func enqueue(_ job: consuming ExecutorJob) {
    unsafe loop.enqueueForActor(UnownedJob(job))
  }

  func checkIsolated() {
    unsafe loop.preconditionOnLoop()
  }

  func isIsolatingCurrentContext() -> Bool? {
    unsafe loop.isCurrent
  }
}
