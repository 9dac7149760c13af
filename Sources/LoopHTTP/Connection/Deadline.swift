/// Who is told that a connection's time is up, on its loop.
protocol DeadlineOwner: Actor {
  func deadlinePassed()
}

/// The one deadline a connection has at a time. Moving it later is a store and no timer operation: a timer that fires
/// early looks again.
final class Deadline: TimerTarget {
  private unowned let loop: EventLoop
  private weak var owner: (any DeadlineOwner)?
  private var deadline: UInt64?
  private var timer: (entry: TimerEntry, at: UInt64)?

  init(loop: EventLoop, owner: any DeadlineOwner) {
    self.loop = loop
    self.owner = owner
  }

  /// Replaces the deadline by one `duration` after the current iteration of the loop began.
  func set(_ duration: UInt64) {
    let deadline = loop.iterationStart + duration
    self.deadline = deadline
    if let timer, timer.at <= deadline { return }
    if let timer { loop.timers?.cancel(timer.entry) }
    start(deadline)
  }

  /// No deadline, until the next `set`.
  func clear() {
    deadline = nil
  }

  /// For the end of the connection: nothing is left in the loop's timers.
  func cancel() {
    deadline = nil
    if let timer { loop.timers?.cancel(timer.entry) }
    timer = nil
  }

  func timerFired() {
    timer = nil
    guard let deadline else { return }
    if EventLoop.monotonicNanoseconds() < deadline {
      start(deadline)
    } else {
      self.deadline = nil
      owner?.assumeIsolated { $0.deadlinePassed() }
    }
  }

  private func start(_ deadline: UInt64) {
    timer = loop.timers.map { ($0.schedule(at: deadline, self), deadline) }
  }
}

extension Duration {
  /// Whole nanoseconds, 0 for negative durations.
  var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    return UInt64(max(0, seconds)) &* 1_000_000_000 &+ UInt64(max(0, attoseconds)) / 1_000_000_000
  }
}
