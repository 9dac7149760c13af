public import CoreMetrics

/// swift-metrics on top of a registry, so that the metrics of libraries appear on the same page.
///
/// Labels become Prometheus names (`.` and other characters become `_`), counters get `_total`, timers become
/// histograms in seconds, recorders histograms or, without aggregation, gauges. The first use of a label fixes the
/// names of its dimensions; what does not fit a family that exists is not recorded.
public final class RegistryMetricsFactory: MetricsFactory {
  private let families: RegistryFamilies

  /// - Parameter registry: where the families are registered.
  public init(_ registry: MetricsRegistry) {
    families = RegistryFamilies(registry)
  }

  /// A counter of whole numbers.
  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    let name = RegistryFamilies.name(of: label, suffix: "_total")
    return families.counter(name, dimensions).map(RegistryCounterHandler.init) ?? NOOPMetricsHandler.instance
  }

  /// A counter of floating-point numbers.
  public func makeFloatingPointCounter(
    label: String,
    dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    let name = RegistryFamilies.name(of: label, suffix: "_total")
    return families.counter(name, dimensions).map(RegistryCounterHandler.init) ?? NOOPMetricsHandler.instance
  }

  /// A histogram when `aggregate`, else a gauge.
  public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    let name = RegistryFamilies.name(of: label)
    if aggregate {
      return families.histogram(name, dimensions).map(RegistryRecorderHandler.init) ?? NOOPMetricsHandler.instance
    }
    return families.gauge(name, dimensions).map(RegistryGaugeHandler.init) ?? NOOPMetricsHandler.instance
  }

  /// A gauge.
  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    families.gauge(RegistryFamilies.name(of: label), dimensions).map(RegistryGaugeHandler.init)
      ?? NOOPMetricsHandler.instance
  }

  /// A histogram in seconds.
  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    let name = RegistryFamilies.name(of: label, suffix: "_seconds")
    return families.histogram(name, dimensions).map(RegistryRecorderHandler.init) ?? NOOPMetricsHandler.instance
  }

  /// Does nothing: series stay until the process ends, as Prometheus expects.
  public func destroyCounter(_ handler: any CounterHandler) {}
  /// Does nothing: series stay until the process ends, as Prometheus expects.
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  /// Does nothing: series stay until the process ends, as Prometheus expects.
  public func destroyRecorder(_ handler: any RecorderHandler) {}
  /// Does nothing: series stay until the process ends, as Prometheus expects.
  public func destroyMeter(_ handler: any MeterHandler) {}
  /// Does nothing: series stay until the process ends, as Prometheus expects.
  public func destroyTimer(_ handler: any TimerHandler) {}
}

extension MetricsRegistry {
  /// Makes this registry the backend of swift-metrics, so that what libraries count is on its page. A process has one
  /// backend: to be called once, by a service that has its process to itself, before libraries make their metrics.
  public func becomeBackendOfLibraries() {
    MetricsSystem.bootstrap(RegistryMetricsFactory(self))
  }
}

/// Counters ignore `reset()`: to Prometheus a counter that goes down is a process that was started anew.
private final class RegistryCounterHandler: CounterHandler, FloatingPointCounterHandler {
  private let counter: Counter

  init(_ counter: Counter) { self.counter = counter }

  func increment(by amount: Int64) { counter.increment(by: Double(amount)) }
  func increment(by amount: Double) { counter.increment(by: amount) }
  func reset() {}
}

private final class RegistryRecorderHandler: RecorderHandler, TimerHandler {
  private let histogram: Histogram

  init(_ histogram: Histogram) { self.histogram = histogram }

  func record(_ value: Int64) { histogram.observe(Double(value)) }
  func record(_ value: Double) { histogram.observe(value) }
  func recordNanoseconds(_ duration: Int64) { histogram.observe(Double(duration) / 1_000_000_000) }
}

private final class RegistryGaugeHandler: RecorderHandler, MeterHandler {
  private let gauge: Gauge

  init(_ gauge: Gauge) { self.gauge = gauge }

  func record(_ value: Int64) { gauge.set(Double(value)) }
  func record(_ value: Double) { gauge.set(value) }
  func set(_ value: Int64) { gauge.set(Double(value)) }
  func set(_ value: Double) { gauge.set(value) }
  func increment(by amount: Double) { gauge.add(amount) }
  func decrement(by amount: Double) { gauge.add(-amount) }
}
