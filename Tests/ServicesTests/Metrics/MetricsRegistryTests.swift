import Testing

@testable import Telemetry

@Suite struct MetricsRegistryTests {
  private let registry = MetricsRegistry(group: nil)

  private func page() async -> String {
    String(decoding: Exposition.page(await registry.snapshot(), .prometheusText), as: UTF8.self)
  }

  @Test func familiesComeInTheOrderOfRegistrationAndUnlabelledOnesBeginAtZero() async {
    _ = registry.counter(.dieListRequests)
    registry.gauge(.dieSpecificationsLoaded)().set(3)
    _ = registry.counter(.diceRolls)
    #expect(
      await page() == """
        # HELP die_list_requests_total Total number of die list requests
        # TYPE die_list_requests_total counter
        die_list_requests_total 0.0
        # HELP die_specifications_loaded Number of die specifications loaded in memory
        # TYPE die_specifications_loaded gauge
        die_specifications_loaded 3.0

        """
    )
  }

  @Test func aCounterNeverDecreases() async {
    let requests = registry.counter(.dieListRequests)()
    requests.increment()
    requests.increment(by: -5)
    requests.increment(by: 0.5)
    #expect(await page().hasSuffix("die_list_requests_total 1.5\n"))
  }

  @Test func aGaugeReturnsToZero() async {
    let inProgress = registry.gauge(.asyncRollsInProgress)()
    await withTaskGroup { group in
      for _ in 0..<1000 {
        group.addTask {
          inProgress.increment()
          await Task.yield()
          inProgress.decrement()
        }
      }
    }
    #expect(inProgress.value == 0)
  }

  @Test func changesOfAGaugeFromManyThreadsAreAllCounted() async {
    let inProgress = registry.gauge(.asyncRollsInProgress)()
    await withTaskGroup { group in
      for _ in 0..<8 {
        group.addTask { @concurrent in for _ in 0..<20_000 { inProgress.increment() } }
      }
    }
    #expect(inProgress.value == 160_000)
  }

  @Test func valuesRecordedFromManyThreadsAreAllCounted() async {
    let rolls = registry.counter(.diceRolls)
    let durations = registry.histogram(.backendRequestDuration)
    await withTaskGroup { group in
      for task in 0..<8 {
        group.addTask { @concurrent in
          for roll in 0..<1000 {
            rolls("fair", roll % 2 == 0 ? "success" : "error").increment()
            durations("die-\(task)").observe(0.2)
          }
        }
      }
    }
    let text = await page()
    #expect(text.contains(#"dice_rolls_total{die_type="fair",result="success"} 4000.0"#))
    #expect(text.contains(#"dice_rolls_total{die_type="fair",result="error"} 4000.0"#))
    for task in 0..<8 {
      #expect(text.contains(#"backend_request_duration_seconds_bucket{die_type="die-\#(task)",le="0.1"} 0.0"#))
      #expect(text.contains(#"backend_request_duration_seconds_bucket{die_type="die-\#(task)",le="0.25"} 1000.0"#))
      #expect(text.contains(#"backend_request_duration_seconds_count{die_type="die-\#(task)"} 1000.0"#))
    }
  }

  @Test func twentyThousandLabelValuesLeaveThePageBoundedAndTheTotalTrue() async {
    let requested = registry.counter(.dieSpecificationsRequested)
    for number in 0..<20_000 { requested("die \(number)").increment() }
    let samples = await page().split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(samples.count == MetricDefinition.dieSpecificationsRequested.seriesLimit + 1)
    #expect(samples.last == #"die_specifications_requested_total{identifier="other"} 19000.0"#)
  }

  @Test func onlySampledSpansBecomeExemplars() async throws {
    let batchSize = registry.histogram(.asyncRollBatchSize)()
    batchSize.observe(
      1,
      in: SpanReference(traceID: TraceID(high: 1, low: 1), spanID: SpanID(rawValue: 1), traceFlags: .random)
    )
    batchSize.observe(
      5,
      in: SpanReference(
        traceID: TraceID(high: 1, low: 1),
        spanID: SpanID(rawValue: 2),
        traceFlags: [.sampled, .random]
      )
    )
    let family = try #require(await registry.snapshot().first)
    guard case .histogram(let cell) = family.series.first?.value else {
      Issue.record("no histogram")
      return
    }
    #expect(cell.exemplars.map { $0?.span.spanID } == [nil, nil, nil, SpanID(rawValue: 2), nil, nil, nil, nil])
  }

  @Test func observedFamiliesAreReadAtTheScrape() async {
    let gauge = Gauge()
    registry.observe(MetricDefinition(.gauge, "g", help: "h")) { gauge.value }
    gauge.set(7)
    #expect(await page() == "# HELP g h\n# TYPE g gauge\ng 7.0\n")
  }
}
