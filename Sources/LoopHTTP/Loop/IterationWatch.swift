internal import CUV

/// Where a loop's jobs run: before and after it waits for I/O. Also measures how long each iteration kept I/O waiting.
///
/// Sockets have their callbacks between `prepare` and `check`, deadlines are told in `check`; so jobs that either enqueued
/// run at once. An `idle` handle is active only while something is left over, to keep libuv from waiting.
final class IterationWatch {
  /// Of its own.
  static let handleCount = 3

  private let prepare: UVHandle
  private let check: UVHandle
  private let idle: UVHandle
  private var isIdleActive = false
  /// When the present iteration's work began, and when the last one's ended; monotonic nanoseconds.
  private var workBegan = EventLoop.monotonicNanoseconds()
  private var workEnded: UInt64 = 0
  /// How long the loop has waited in all.
  private var waited: UInt64 = 0

  init(loop: EventLoop) throws(UVError) {
    prepare = unsafe try UVHandle(loop: loop) { unsafe uv_prepare_init($0, $1) }
    check = unsafe try UVHandle(loop: loop) { unsafe uv_check_init($0, $1) }
    idle = unsafe try UVHandle(loop: loop) { unsafe uv_idle_init($0, $1) }
    unsafe try UVError.check(
      uv_prepare_start(prepare.memory.assumingMemoryBound(to: uv_prepare_t.self)) { handle in
        let loop = unsafe EventLoop.of(handle.fromLibuv.pointee.loop)
        loop.watch?.beforeWaiting(loop)
      }
    )
    unsafe try UVError.check(
      uv_check_start(check.memory.assumingMemoryBound(to: uv_check_t.self)) { handle in
        let loop = unsafe EventLoop.of(handle.fromLibuv.pointee.loop)
        loop.watch?.afterWaiting(loop)
      }
    )
  }

  func close() {
    prepare.close()
    check.close()
    idle.close()
  }

  private func beforeWaiting(_ loop: EventLoop) {
    let isDone = loop.runJobs()
    let isQuiet = loop.runEndOfIteration() && isDone
    workEnded = EventLoop.monotonicNanoseconds()
    let busy = workEnded - workBegan
    loop.statistics.record(busy: busy)
    if let stalls = loop.stallReport, busy >= stalls.limit { stalls.report(loop, .nanoseconds(Int64(clamping: busy))) }
    setIdle(active: !isQuiet || loop.timers?.isDeadlineDue == true)
    if isQuiet, loop.ending != nil { loop.endIfUnused() }
  }

  private func afterWaiting(_ loop: EventLoop) {
    // Sockets have had their callbacks already; only libuv knows how much of the time since then it waited for them.
    let waited = unsafe uv_metrics_idle_time(loop.raw)
    workBegan = workEnded + (waited - self.waited)
    self.waited = waited
    // Whoever was woken by a socket withdraws its deadline before it is looked at.
    _ = loop.runJobs()
    loop.timers?.tellDeadlines()
    _ = loop.runJobs()
  }

  private func setIdle(active: Bool) {
    guard active != isIdleActive, !idle.isClosing else { return }
    isIdleActive = active
    let raw = unsafe idle.memory.assumingMemoryBound(to: uv_idle_t.self)
    _ = active ? unsafe uv_idle_start(raw) { _ in } : unsafe uv_idle_stop(raw)
  }
}
