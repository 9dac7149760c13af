internal import CUV

extension EventLoop {
  /// How the loop has spent its time until now. Suspends for a visit to the loop.
  public func readStatistics() async -> LoopStatistics {
    await run {
      var statistics = self.statistics
      unsafe statistics.idleNanoseconds = uv_metrics_idle_time(self.raw)
      return statistics
    }
  }
}
