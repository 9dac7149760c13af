import CoreMetrics
import Testing

@testable import Telemetry

@Suite struct RegistryMetricsFactoryTests {
  private let registry = MetricsRegistry(group: nil)

  private func samples() async -> [String] {
    let page = String(decoding: Exposition.page(await registry.snapshot(), .prometheusText), as: UTF8.self)
    return page.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
  }

  @Test func eachHandlerHasItsFamily() async {
    let factory = RegistryMetricsFactory(registry)
    factory.makeCounter(label: "pool.hits", dimensions: [("pool.name", "a")]).increment(by: 3)
    factory.makeFloatingPointCounter(label: "work_total", dimensions: []).increment(by: 0.5)
    factory.makeMeter(label: "queue", dimensions: []).set(Double(4))
    factory.makeRecorder(label: "last", dimensions: [], aggregate: false).record(Int64(9))
    factory.makeTimer(label: "wait", dimensions: []).recordNanoseconds(1_500_000_000)
    let samples = await samples()
    #expect(samples.contains(#"pool_hits_total{pool_name="a"} 3.0"#))
    #expect(samples.contains("work_total 0.5"))
    #expect(samples.contains("queue 4.0"))
    #expect(samples.contains("last 9.0"))
    #expect(samples.contains(#"wait_seconds_bucket{le="1.0"} 0.0"#))
    #expect(samples.contains(#"wait_seconds_bucket{le="2.5"} 1.0"#))
    #expect(samples.contains("wait_seconds_sum 1.5"))
  }

  @Test func theSameLabelIsTheSameSeries() async {
    let factory = RegistryMetricsFactory(registry)
    for _ in 0..<3 { factory.makeCounter(label: "hits", dimensions: [("a", "1")]).increment(by: 1) }
    #expect(await samples() == [#"hits_total{a="1"} 3.0"#])
  }

  @Test func whatDoesNotFitIsNotRecorded() async {
    let factory = RegistryMetricsFactory(registry)
    registry.gauge(.dieSpecificationsLoaded)().set(3)
    factory.makeMeter(label: "die_specifications_loaded", dimensions: []).set(Double(99))
    factory.makeCounter(label: "hits", dimensions: [("a", "1")]).increment(by: 1)
    factory.makeCounter(label: "hits", dimensions: [("b", "1")]).increment(by: 1)
    factory.makeMeter(label: "hits_total", dimensions: [("a", "1")]).set(Double(99))
    factory.makeCounter(label: "bad", dimensions: [("", "1")]).increment(by: 1)
    #expect(await samples() == ["die_specifications_loaded 3.0", #"hits_total{a="1"} 1.0"#])
  }

  @Test func whatALibraryCountsIsOnThePageOfTheProcess() async {
    registry.becomeBackendOfLibraries()
    CoreMetrics.Counter(label: "library.calls").increment(by: 2)
    #expect(await samples() == ["library_calls_total 2.0"])
  }

  @Test(arguments: [("a.b-c", "a_b_c"), ("9lives", "_9lives"), ("", "_"), ("é", "__"), ("ok:name", "ok:name")])
  func labelsBecomeNames(label: String, name: String) {
    #expect(RegistryFamilies.name(of: label) == name)
  }
}
