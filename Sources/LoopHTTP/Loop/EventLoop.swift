internal import CUV
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// One thread that runs one libuv loop, and is at the same time a Swift executor.
///
/// Each `LoopActor` runs on the loop whose sockets it owns. As `TaskExecutor` the loop keeps the nonisolated code and the child
/// tasks of their tasks on the same thread. Start tasks that live on a loop with `executorPreference: loop`: without it the
/// runtime resumes every continuation on its global pool first.
///
/// Mutable state is touched on the loop's thread only; what other threads share, `inbox` and `end`, is behind a mutex.
@safe public final class EventLoop: TaskExecutor, @unchecked Sendable {
  /// Position within its group, from 0.
  public let index: Int
  let groupID: Int
  let raw: UnsafeMutablePointer<uv_loop_t>
  let inbox = Inbox()
  /// What the loop's actors run on. Set in init, and not again.
  @safe @exclusivity(unchecked) private(set) var actors: LoopActorExecutor!
  private var wakeUp: UnsafeMutablePointer<uv_async_t>
  var thread = uv_thread_t()
  let isJoined = Atomic(false)
  let end = Mutex(End.toCome([]))

  // On the loop's thread only. SAFETY of the unchecked ones: each access ends before anybody else's code runs; they are
  // touched for every request, and a check at run time costs more than what it would guard.
  @safe @exclusivity(unchecked) var ledger = LoopLedger()
  var timers: LoopTimers?
  var watch: IterationWatch?
  /// From the moment on in which the loop was told to end.
  var ending: LoopEnding?
  @safe @exclusivity(unchecked) private var queue = JobQueue<LoopWork>()
  /// What waits while those go first whose sleep has ended.
  @safe @exclusivity(unchecked) private var setAside = JobQueue<LoopWork>()
  @safe @exclusivity(unchecked) private var runSinceLook = 0
  @safe @exclusivity(unchecked) private var endOfIteration = JobQueue<@Sendable () -> Void>()
  @safe @exclusivity(unchecked) private var observers = JobQueue<any IterationObserver>()
  @safe @exclusivity(unchecked) var buffers = BufferPool()
  /// While the thread runs.
  var readBuffer = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
  @safe @exclusivity(unchecked) var statistics = LoopStatistics()
  var stallReport: StallReport?
  /// When the loop last stopped waiting, monotonic nanoseconds, early by less than a millisecond: a clock that costs nothing.
  var iterationStart: UInt64 { unsafe uv_now(raw) * 1_000_000 }

  /// Starts the thread. Throws where the system has no descriptor or thread left.
  init(index: Int, groupID: Int) throws(UVError) {
    self.index = index
    self.groupID = groupID
    unsafe raw = .allocate(capacity: 1)
    unsafe wakeUp = .allocate(capacity: 1)
    unsafe try UVError.check(uv_loop_init(raw))
    actors = LoopActorExecutor(self)
    // SAFETY: `data` is read only by callbacks of this loop, and the thread below keeps the object alive until it ends.
    unsafe raw.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    _ = unsafe cuv_loop_enable_idle_time(raw)
    do throws(UVError) {
      try start()
    } catch {
      unsafe uv_run(raw, UV_RUN_DEFAULT)
      unsafe uv_loop_close(raw)
      throw error
    }
  }

  private func start() throws(UVError) {
    unsafe try UVError.check(
      uv_async_init(raw, wakeUp) { handle in
        unsafe EventLoop.of(handle.fromLibuv.pointee.loop).takeInbox()
      }
    )
    let own = unsafe Unmanaged.passRetained(self)
    do throws(UVError) {
      unsafe try UVError.check(uv_thread_create(&thread, { unsafe EventLoop.runThread($0.fromLibuv) }, own.toOpaque()))
    } catch {
      unsafe own.release()
      closeWakeUp()
      throw error
    }
  }

  /// 64 KiB is what libuv suggests for one read, and more than a socket usually has waiting.
  static let readBufferBytes = 64 * 1024

  deinit {
    unsafe raw.deallocate()
    unsafe wakeUp.deallocate()
  }

  /// SAFETY: set in init, for as long as the loop exists.
  static func of(_ raw: UnsafeMutablePointer<uv_loop_t>) -> EventLoop {
    unsafe Unmanaged<EventLoop>.fromOpaque(raw.pointee.data).takeUnretainedValue()
  }

  // MARK: Thread

  private static func runThread(_ argument: UnsafeMutableRawPointer) {
    let loop = unsafe Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue()
    CurrentLoop.set(loop)
    unsafe loop.readBuffer = .allocate(byteCount: EventLoop.readBufferBytes, alignment: 16)
    loop.runUntilStopped()
    // Not with the object, which a job that came too late holds for ever.
    unsafe loop.readBuffer.deallocate()
    CurrentLoop.set(nil)
    for waiter in loop.finish() { waiter.resume(returning: loop.ledger) }
  }

  /// Gives those who wait for the end.
  private func finish() -> [CheckedContinuation<LoopLedger, Never>] {
    end.withLock { end in
      guard case .toCome(let waiters) = end else { return [] }
      end = .hasCome(ledger)
      return waiters
    }
  }

  private func runUntilStopped() {
    do throws(UVError) {
      watch = try IterationWatch(loop: self)
      timers = try LoopTimers(loop: self)
    } catch {
      preconditionFailure("timers and watchers need no system resource: \(error)")
    }
    unsafe uv_run(raw, UV_RUN_DEFAULT)
    noteIdleTime()
    let result = unsafe uv_loop_close(raw)
    precondition(result == 0, "loop \(index) ended with open handles: \(ledger)")
  }

  func closeWakeUp() {
    unsafe uv_close(UnsafeMutableRawPointer(wakeUp).assumingMemoryBound(to: uv_handle_t.self), nil)
  }

  // MARK: Executor

  /// The loop whose thread is running, nil on other threads. A thread-local read.
  public static var current: EventLoop? { CurrentLoop.get() }

  /// Whether the calling task prefers this loop to the runtime's global pool; see the type's description. For any other task each
  /// `await` within the loop's actors is a job of its own, before which others may run: whoever relies on what it has just seen asks
  /// for the preference first.
  var isPreferredByTask: Bool {
    unsafe withUnsafeCurrentTask { unsafe $0?.unownedTaskExecutor == asUnownedTaskExecutor() }
  }

  /// Whether the calling thread is this loop's.
  public var isCurrent: Bool { CurrentLoop.isThread(of: self) }

  @inline(__always)
  func preconditionOnLoop() {
    precondition(isCurrent, "this must happen on the loop that owns it")
  }

  /// See `TaskExecutor`. A job that comes after the loop's end is dropped: its task never goes on.
  public func enqueue(_ job: consuming ExecutorJob) {
    _ = append(.job(UnownedJob(job)))
  }

  /// As `enqueue`, for one of the loop's actors.
  func enqueueForActor(_ job: UnownedJob) {
    _ = append(.actorJob(job))
  }

  /// Runs `work` on the loop, in a later batch; callable from any thread. False where the loop has ended: it is dropped.
  @discardableResult
  public func execute(_ work: @escaping @Sendable () -> Void) -> Bool {
    append(.closure(work))
  }

  /// Runs `body` on the loop and brings its result back. A fatal error where the loop has ended before.
  public func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    if isCurrent { return body() }
    return await withCheckedContinuation { continuation in
      let isTaken = execute { continuation.resume(returning: body()) }
      if !isTaken { fatalError("loop \(index) has ended and runs nothing any more") }
    }
  }

  /// Runs `work` once, before the loop next waits for I/O. Only on the loop itself.
  public func atEndOfIteration(_ work: @escaping @Sendable () -> Void) {
    preconditionOnLoop()
    endOfIteration.append(work)
  }

  /// Tells `observer` once, at the end of the present iteration; as `atEndOfIteration(_:)` of a closure, without one.
  func atEndOfIteration(_ observer: any IterationObserver) {
    preconditionOnLoop()
    observers.append(observer)
  }

  private func append(_ work: LoopWork) -> Bool {
    if isCurrent {
      queue.append(work)
      return true
    }
    return inbox.append(work) { wake() }
  }

  /// From any thread, before the inbox has ended.
  func wake() {
    unsafe _ = uv_async_send(wakeUp)
  }

  private func takeInbox() {
    queue.append(contentsOf: inbox.take())
  }

  /// Runs what waits, and what that enqueues, in at most `roundsPerIteration` batches; true where nothing is left.
  func runJobs() -> Bool {
    runRounds { loop in
      loop.runSinceLook += 1
      if loop.runSinceLook == EventLoop.jobsBetweenLooks { loop.runWhoeverShouldWake() }
    }
  }

  @inline(__always)
  private func runRounds(afterEach: (EventLoop) -> Void) -> Bool {
    for _ in 0..<EventLoop.roundsPerIteration {
      if queue.isEmpty { return true }
      let batch = queue.takeBatch()
      for work in batch {
        switch work {
        case .actorJob(let job):
          unsafe job.runSynchronously(
            isolatedTo: actors.asUnownedSerialExecutor(),
            taskExecutor: asUnownedTaskExecutor()
          )
        case .job(let job): unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        case .closure(let body): body()
        }
        afterEach(self)
      }
      queue.recycle(batch)
    }
    return queue.isEmpty
  }

  /// Whoever should have been woken a while ago goes on before all that happens to wait, which under load is many milliseconds;
  /// and goes on until it waits again, for a task may take several jobs.
  private func runWhoeverShouldWake() {
    runSinceLook = 0
    swap(&queue, &setAside)
    timers?.wakeSleepers(lateBy: EventLoop.longestLateness)
    if !runRounds(afterEach: { _ in }) {
      let rest = queue.takeBatch()
      setAside.append(contentsOf: rest)
      queue.recycle(rest)
    }
    swap(&queue, &setAside)
  }

  /// A few jobs of a request each, so well below a millisecond; and a clock read for every one would be felt.
  private static let jobsBetweenLooks = 8

  /// Nanoseconds. Waking many at a time keeps what they run in the CPU's caches.
  private static let longestLateness: UInt64 = 2_000_000

  /// A request takes two or three rounds; work that keeps enqueueing more must not keep sockets waiting.
  private static let roundsPerIteration = 16

  /// What `atEndOfIteration` collected; true where that enqueued nothing more.
  func runEndOfIteration() -> Bool {
    if !observers.isEmpty {
      let batch = observers.takeBatch()
      for observer in batch { observer.iterationEnds() }
      observers.recycle(batch)
    }
    if !endOfIteration.isEmpty {
      let batch = endOfIteration.takeBatch()
      for work in batch { work() }
      endOfIteration.recycle(batch)
    }
    return queue.isEmpty
  }
}
