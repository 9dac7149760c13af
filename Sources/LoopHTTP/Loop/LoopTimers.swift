internal import CUV

/// All sleeps and deadlines of one loop over a single `uv_timer_t`, so that none of them costs a handle.
///
/// Whoever sleeps is woken as soon as the time has come. A deadline, which ends something, is told only after one more look
/// at the sockets, for libuv looks at timers first: so what has arrived comes first, also where the thread did not run for
/// longer than a time limit. The wait itself does not count as a look, for a process that was stopped in it returns from it
/// without having looked.
final class LoopTimers {
  private let loop: EventLoop
  private let timer: UVHandle
  private var sleepers = TimerQueue<Sleeper>()
  private var deadlines = TimerQueue<any TimerTarget>()
  private var armedFor: UInt64?
  /// A deadline has come since deadlines were last told: the loop must not wait for I/O.
  private(set) var isDeadlineDue = false

  /// Pending sleeps and deadlines; for the proof that one that was cancelled is gone.
  var count: Int { sleepers.count + deadlines.count }

  init(loop: EventLoop) throws(UVError) {
    self.loop = loop
    timer = unsafe try UVHandle(loop: loop) { unsafe uv_timer_init($0, $1) }
  }

  /// Calls `target.timerFired()` on the loop at `deadline` (monotonic nanoseconds) or up to a millisecond later.
  func schedule(at deadline: UInt64, _ target: any TimerTarget) -> TimerEntry {
    let entry = deadlines.insert(deadline: deadline, target)
    arm(for: deadline)
    return entry
  }

  func cancel(_ entry: TimerEntry) {
    _ = deadlines.remove(entry)
  }

  /// Wakes `sleeper` on the loop at `instant` (monotonic nanoseconds) or up to a millisecond later.
  func schedule(_ sleeper: Sleeper, at instant: UInt64) -> SleepEntry {
    let entry = sleepers.insert(deadline: instant, sleeper)
    arm(for: instant)
    return entry
  }

  func cancel(_ entry: SleepEntry) {
    _ = sleepers.remove(entry)
  }

  /// Everybody who still waits is told, then the handle goes.
  func close() {
    while let sleeper = sleepers.popDue(now: .max) { sleeper.cancel() }
    while let target = deadlines.popDue(now: .max) { target.timerFired() }
    timer.close()
  }

  /// Wakes everybody whose time has come, if somebody is late by so many nanoseconds; callable whenever the loop runs.
  func wakeSleepers(lateBy lateness: UInt64 = 0) {
    guard let first = sleepers.nextDeadline else { return }
    let now = EventLoop.monotonicNanoseconds()
    guard first + lateness <= now else { return }
    while let sleeper = sleepers.popDue(now: now) { sleeper.wake() }
  }

  /// Tells everybody whose deadline has come, after the sockets.
  func tellDeadlines() {
    guard isDeadlineDue else { return }
    isDeadlineDue = false
    let now = EventLoop.monotonicNanoseconds()
    while let target = deadlines.popDue(now: now) { target.timerFired() }
    armAnew()
  }

  private func timerPassed() {
    wakeSleepers()
    if let deadline = deadlines.nextDeadline, deadline <= EventLoop.monotonicNanoseconds() {
      isDeadlineDue = true
    } else {
      armAnew()
    }
  }

  /// For whatever comes next, after the timer has passed.
  private func armAnew() {
    armedFor = nil
    let next = min(sleepers.nextDeadline ?? .max, deadlines.nextDeadline ?? .max)
    if next < .max { arm(for: next) }
  }

  /// An earlier instant re-arms; where an entry was cancelled, the timer passes once in vain.
  private func arm(for instant: UInt64) {
    guard armedFor.map({ instant < $0 }) ?? true else { return }
    armedFor = instant
    let now = EventLoop.monotonicNanoseconds()
    let milliseconds = instant > now ? (instant - now + 999_999) / 1_000_000 : 0
    // libuv counts from its own idea of now, taken when the iteration began.
    unsafe uv_update_time(loop.raw)
    let result = unsafe uv_timer_start(
      timer.memory.assumingMemoryBound(to: uv_timer_t.self),
      { handle in unsafe EventLoop.of(handle.fromLibuv.pointee.loop).timers?.timerPassed() },
      milliseconds,
      0
    )
    precondition(result == 0, "a timer that is not closing can be started")
  }
}

/// Names one pending deadline of a loop.
typealias TimerEntry = TimerQueue<any TimerTarget>.Entry
/// Names one sleep of a loop that has not ended.
typealias SleepEntry = TimerQueue<Sleeper>.Entry

/// Who is told that a deadline has come; on the loop.
protocol TimerTarget: AnyObject {
  func timerFired()
}
