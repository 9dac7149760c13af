internal import CUV

/// All deadlines of one loop over a single `uv_timer_t`, so that a sleep costs no handle.
///
/// libuv looks at timers before it looks at sockets. Here it is the other way round: the `uv_timer_t` only ends the loop's
/// wait, and deadlines are told after one more look at the sockets. So what has arrived comes first, also where the thread
/// did not run for longer than a time limit; the wait itself does not count, for a process that was stopped in it returns
/// from it without having looked.
final class LoopTimers {
  private let loop: EventLoop
  private let timer: UVHandle
  private var queue = TimerQueue<any TimerTarget>()
  private var armedFor: UInt64?
  /// libuv has seen the timer pass since deadlines were last told: the loop must not wait for I/O.
  private(set) var hasPassed = false

  init(loop: EventLoop) throws(UVError) {
    self.loop = loop
    timer = unsafe try UVHandle(loop: loop) { unsafe uv_timer_init($0, $1) }
  }

  /// Calls `target.timerFired()` on the loop at `deadline` (monotonic nanoseconds) or up to a millisecond later.
  func schedule(at deadline: UInt64, _ target: any TimerTarget) -> TimerEntry {
    let entry = queue.insert(deadline: deadline, target)
    arm()
    return entry
  }

  func cancel(_ entry: TimerEntry) {
    _ = queue.remove(entry)
  }

  /// Everybody who still waits is told, then the handle goes.
  func close() {
    while let target = queue.popDue(now: .max) { target.timerFired() }
    timer.close()
  }

  /// Tells everybody whose deadline has come, after the sockets.
  func fireDue() {
    guard hasPassed else { return }
    hasPassed = false
    armedFor = nil
    let now = EventLoop.monotonicNanoseconds()
    while let target = queue.popDue(now: now) { target.timerFired() }
    arm()
  }

  /// An earlier deadline re-arms; a later or cancelled one lets the timer pass once in vain.
  private func arm() {
    guard let deadline = queue.nextDeadline, armedFor.map({ deadline < $0 }) ?? true else { return }
    armedFor = deadline
    let now = EventLoop.monotonicNanoseconds()
    let milliseconds = deadline > now ? (deadline - now + 999_999) / 1_000_000 : 0
    // libuv counts from its own idea of now, taken when the iteration began.
    unsafe uv_update_time(loop.raw)
    let result = unsafe uv_timer_start(
      timer.memory.assumingMemoryBound(to: uv_timer_t.self),
      { handle in unsafe EventLoop.of(handle.fromLibuv.pointee.loop).timers?.hasPassed = true },
      milliseconds,
      0
    )
    precondition(result == 0, "a timer that is not closing can be started")
  }
}

/// Names one pending deadline of a loop.
typealias TimerEntry = TimerQueue<any TimerTarget>.Entry

/// Who is told that a deadline has come; on the loop.
protocol TimerTarget: AnyObject {
  func timerFired()
}
