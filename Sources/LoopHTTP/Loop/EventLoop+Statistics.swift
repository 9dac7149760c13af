internal import CUV

extension EventLoop {
  /// How the loop has spent its time until now, or until its end. Suspends for a visit to the loop.
  public func readStatistics() async -> LoopStatistics {
    guard enter() else {
      _ = await waitForEnd()
      return statistics
    }
    defer { leave() }
    return await run {
      self.noteIdleTime()
      return self.statistics
    }
  }

  func noteIdleTime() {
    unsafe statistics.idleNanoseconds = uv_metrics_idle_time(raw)
  }
}
