import DieService
import ServiceCore
import Telemetry

/// The families that only the dice-roller has.
struct RollerMetrics: Sendable {
  let rolls: MetricFamily<CounterCell>
  let values: MetricFamily<HistogramCell>
  let dieServiceRequests: MetricFamily<CounterCell>
  let dieServiceDuration: Histogram
  let asyncRolls: MetricFamily<CounterCell>
  let batchSize: Histogram
  let batchDuration: Histogram
  let inProgress: Gauge
  let labels = DieLabels(DieSpecifications.embedded.identifiers)

  init(_ registry: MetricsRegistry) {
    rolls = registry.counter(.diceRolls)
    values = registry.histogram(.diceRollValue)
    dieServiceRequests = registry.counter(.dieServiceRequests)
    dieServiceDuration = registry.histogram(.dieServiceRequestDuration)()
    asyncRolls = registry.counter(.asyncRolls)
    batchSize = registry.histogram(.asyncRollBatchSize)()
    batchDuration = registry.histogram(.asyncRollDuration)()
    inProgress = registry.gauge(.asyncRollsInProgress)()
  }

  func label(_ die: String) -> String { labels.known(die) ?? "other" }
}
