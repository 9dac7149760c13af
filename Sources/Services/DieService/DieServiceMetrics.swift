import Telemetry

/// The families that only the die-service has.
struct DieServiceMetrics: Sendable {
  let requested: MetricFamily<CounterCell>
  let listed: Counter
  let loaded: Gauge

  init(_ registry: MetricsRegistry) {
    requested = registry.counter(.dieSpecificationsRequested)
    listed = registry.counter(.dieListRequests)()
    loaded = registry.gauge(.dieSpecificationsLoaded)()
  }
}
