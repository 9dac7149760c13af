import Testing

@testable import LoopHTTP
@testable import Telemetry

@Suite struct ObservedMetricsTests {
  private let registry = MetricsRegistry(group: nil)

  private func samples() async -> [String] {
    let page = await MetricsPage(registry, accept: [])
    return String(decoding: page.bytes, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
      .map(String.init)
  }

  @Test func utilisationIsThatOfTheTimeSinceThePreviousReading() {
    var meter = UtilizationMeter()
    let second: UInt64 = 1_000_000_000
    #expect(meter.ratio(busy: 3 * second, idle: second) == 0.75)
    #expect(meter.ratio(busy: 4 * second, idle: 2 * second) == 0.5)
    #expect(meter.ratio(busy: 4 * second + second / 10, idle: 2 * second) == 0.5, "too short to tell")
    #expect(meter.ratio(busy: 4 * second, idle: 4 * second) == 0)
  }

  @Test func aReadingThatWasOvertakenRepeatsTheRatio() {
    var meter = UtilizationMeter()
    let second: UInt64 = 1_000_000_000
    #expect(meter.ratio(busy: 3 * second, idle: second) == 0.75)
    #expect(meter.ratio(busy: 2 * second, idle: second) == 0.75)
    #expect(meter.ratio(busy: 3 * second, idle: second / 2) == 0.75)
  }

  @Test func eachLoopHasADelayAndAUtilisation() async {
    var statistics = LoopStatistics()
    statistics.record(busy: 100_000)
    statistics.record(busy: 700_000_000)
    statistics.idleNanoseconds = 2_100_300_000
    let loops = [LoopStatistics(), statistics]
    registry.registerEventLoopMetrics { loops }
    let samples = await samples()
    #expect(samples.contains(#"event_loop_delay_seconds_count{loop="0"} 0.0"#))
    #expect(samples.contains(#"event_loop_delay_seconds_bucket{loop="1",le="0.0001"} 1.0"#))
    #expect(samples.contains(#"event_loop_delay_seconds_bucket{loop="1",le="0.25"} 1.0"#))
    #expect(samples.contains(#"event_loop_delay_seconds_bucket{loop="1",le="1.0"} 2.0"#))
    #expect(samples.contains(#"event_loop_delay_seconds_sum{loop="1"} 0.7001"#))
    #expect(samples.contains(#"event_loop_utilization_ratio{loop="0"} 0.0"#))
    #expect(samples.contains(#"event_loop_utilization_ratio{loop="1"} 0.25"#))
  }

  @Test func theExportersCountsAreOnThePage() async {
    let statistics = ExportStatistics()
    statistics.readQueued { 1 }
    statistics.add(.delivered(rejected: 1), count: 3, at: 1_700_000_000.5)
    for _ in 0..<3 { statistics.addDropped() }
    statistics.add(.dropped, count: 3, at: 1_700_000_001)
    for _ in 0..<5 { statistics.addRetry() }
    registry.registerExporterMetrics(statistics)
    let samples = await samples()
    #expect(
      samples == [
        "otel_exporter_spans_queued 1.0", "otel_exporter_spans_exported_total 2.0",
        "otel_exporter_spans_dropped_total 3.0", "otel_exporter_spans_failed_total 4.0",
        "otel_exporter_spans_retries_total 5.0", "otel_exporter_spans_last_success_timestamp_seconds 1700000000.5",
      ]
    )
  }

  @Test func theProcessHasItsFamilies() async {
    registry.registerProcessMetrics()
    let names = Set(await samples().compactMap { $0.split(separator: " ").first.map(String.init) })
    #if os(Linux)
      #expect(
        names == [
          "process_virtual_memory_bytes", "process_resident_memory_bytes", "process_start_time_seconds",
          "process_cpu_seconds_total", "process_open_fds", "process_max_fds",
        ]
      )
    #endif
  }
}
