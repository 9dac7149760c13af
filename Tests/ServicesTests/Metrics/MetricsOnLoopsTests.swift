import LoopHTTP
import Testing

@testable import Telemetry

@Suite struct MetricsOnLoopsTests {
  @Test func valuesRecordedOnSeveralLoopsAndElsewhereAreSummedUp() async throws {
    let group = try EventLoopGroup(loopCount: 3)
    let registry = MetricsRegistry(group: group)
    let rolls = registry.counter(.diceRolls)
    let duration = registry.histogram(.asyncRollDuration)()
    await withTaskGroup { tasks in
      for loop in group.loops {
        tasks.addTask {
          for _ in 0..<100 {
            await loop.run {
              rolls("fair", "success").increment()
              rolls("loop \(loop.index)", "error").increment()
              duration.observe(0.5)
            }
          }
        }
      }
      for _ in 0..<100 { rolls("fair", "success").increment() }
      // Scrapes in the middle see buckets and count of one moment.
      for _ in 0..<20 {
        let page = String(decoding: await MetricsPage(registry, accept: []).bytes, as: UTF8.self)
        #expect(value(of: #"async_roll_duration_seconds_bucket{le="+Inf"}"#, in: page) != nil)
        #expect(
          value(of: #"async_roll_duration_seconds_bucket{le="0.5"}"#, in: page)
            == value(of: "async_roll_duration_seconds_count", in: page)
        )
      }
    }
    let page = String(decoding: await MetricsPage(registry, accept: []).bytes, as: UTF8.self)
    #expect(value(of: #"dice_rolls_total{die_type="fair",result="success"}"#, in: page) == "400.0")
    for loop in group.loops {
      #expect(value(of: #"dice_rolls_total{die_type="loop \#(loop.index)",result="error"}"#, in: page) == "100.0")
    }
    #expect(value(of: "async_roll_duration_seconds_count", in: page) == "300.0")
    #expect(value(of: "async_roll_duration_seconds_sum", in: page) == "150.0")
    await group.shutdown()
  }

  @Test func aLoopThatWorksAndWaitsTellsBoth() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let registry = MetricsRegistry(group: group)
    registry.registerEventLoopMetrics(group)
    let loop = group.loops[0]
    await loop.run {
      let end = EventLoop.monotonicNanoseconds() + 20_000_000
      while EventLoop.monotonicNanoseconds() < end {}
    }
    try await loop.sleep(for: .milliseconds(20))
    let page = String(decoding: await MetricsPage(registry, accept: []).bytes, as: UTF8.self)
    let fast = try #require(value(of: #"event_loop_delay_seconds_bucket{loop="0",le="0.01"}"#, in: page))
    let all = try #require(value(of: #"event_loop_delay_seconds_count{loop="0"}"#, in: page))
    #expect(try #require(Double(all)) > (try #require(Double(fast))), "one iteration was long")
    let ratio = try #require(value(of: #"event_loop_utilization_ratio{loop="0"}"#, in: page).flatMap { Double($0) })
    #expect(ratio > 0 && ratio < 1)
    await group.shutdown()
  }

  @Test func aScrapeOfTenThousandSeriesLeavesTheLoopFree() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let registry = MetricsRegistry(group: group)
    let definition = MetricDefinition(
      .histogram(bounds: MetricDefinition.semanticConventionBounds),
      "test_duration_seconds",
      help: "Many series.",
      labels: ["name"],
      seriesLimit: 10_000
    )
    let family = registry.histogram(definition)
    let loop = group.loops[0]
    await loop.run { for number in 0..<10_000 { family("series \(number)").observe(0.3) } }
    let before = await loop.readStatistics()
    let start = EventLoop.monotonicNanoseconds()
    let page = await MetricsPage(registry, accept: [])
    let elapsed = EventLoop.monotonicNanoseconds() - start
    let busy = await loop.readStatistics().busyNanoseconds - before.busyNanoseconds
    #expect(page.bytes.count > 10_000 * 17 * 40)
    #expect(busy * 10 < elapsed, "the loop was held for \(busy) of \(elapsed) ns")
    await group.shutdown()
  }

  private func value(of sample: String, in page: String) -> Substring? {
    page.split(separator: "\n").first { $0.hasPrefix(sample + " ") }?.split(separator: " ").last
  }
}
