import DieService
import ServiceCore
import Telemetry

/// The families that only the frontend has.
struct FrontendMetrics: Sendable {
  let requests: MetricFamily<CounterCell>
  let backendRequests: MetricFamily<CounterCell>
  let backendDuration: MetricFamily<HistogramCell>
  let batchRequests: MetricFamily<CounterCell>
  let labels = DieLabels(DieSpecifications.embedded.identifiers)

  init(_ registry: MetricsRegistry) {
    requests = registry.counter(.frontendRequests)
    backendRequests = registry.counter(.backendRequests)
    backendDuration = registry.histogram(.backendRequestDuration)
    batchRequests = registry.counter(.asyncRollRequests)
  }
}
