/// Who is told that a connection's time is up, on its loop.
protocol DeadlineOwner: LoopActor {
  nonisolated func deadlinePassed()
}

/// A time by which something must have happened; one wait has it at a time. Moving it later is a store and no timer operation:
/// a timer that fires early looks again.
final class Deadline: TimerTarget {
  private let loop: EventLoop
  /// Held until `cancel`: a weak reference would make each retain of the owner a slow one.
  var owner: (any DeadlineOwner)?
  /// Monotonic nanoseconds; the far end of time stands for none, its beginning for one that has passed.
  private var deadline = UInt64.max
  private var timer: TimerEntry?
  /// When the timer fires, if there is one.
  private var timerInstant = UInt64.max

  init(loop: EventLoop, owner: (any DeadlineOwner)? = nil) {
    self.loop = loop
    self.owner = owner
  }

  /// Whether it has passed since it was set. Only `set` and `clear` make that undone.
  var hasPassed: Bool { deadline == 0 }

  /// Replaces the deadline by one `duration` after now.
  func set(_ duration: UInt64) {
    set(at: EventLoop.monotonicNanoseconds() + duration)
  }

  /// Without a look at the clock: counts from the beginning of the loop's iteration, which may be long ago where others' code has
  /// taken its time.
  func setRoughly(_ duration: UInt64) {
    set(at: loop.iterationStart + duration)
  }

  private func set(at instant: UInt64) {
    deadline = instant
    if timerInstant > deadline { start() }
  }

  /// No deadline, until the next `set`.
  func clear() {
    deadline = .max
  }

  /// For the end of the connection: nothing is left in the loop's timers. Must be called.
  func cancel() {
    deadline = .max
    stopTimer()
    owner = nil
  }

  func timerFired() {
    timer = nil
    timerInstant = .max
    guard deadline != .max else { return }
    // The end of the loop ends what would never be told of its time.
    if EventLoop.monotonicNanoseconds() < deadline, loop.timers != nil {
      start()
    } else {
      deadline = 0
      owner?.deadlinePassed()
    }
  }

  private func start() {
    stopTimer()
    guard let timers = loop.timers else { return }
    timer = timers.schedule(at: deadline, self)
    timerInstant = deadline
  }

  private func stopTimer() {
    if let timer { loop.timers?.cancel(timer) }
    timer = nil
    timerInstant = .max
  }
}
