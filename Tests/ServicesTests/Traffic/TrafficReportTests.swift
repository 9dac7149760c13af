import LoopHTTP
import Reporting
import ServiceCore
import Telemetry
import Testing

@testable import Traffic

struct TrafficReportTests {
  private func report(
    latencies: [UInt64] = [],
    refused: Int = 0,
    busyShare: Double = 0.1,
    waiting: Int = 0,
    _ limits: [String] = [],
    errors: String? = nil,
    givenUp: Int = 0
  ) throws -> TrafficReport {
    let url = try ClientURL("http://localhost/<script>")
    var settings = TrafficSettings(
      target: .url(url),
      model: .open(try #require(RateSpecification("100")), .constant, connections: 4),
      seed: 12
    )
    settings.latencyLimits = try limits.map { try #require(LatencyLimit($0)) }
    settings.errorLimit = errors.flatMap { ErrorLimit($0) }
    var record = LoadRecord()
    for (index, milliseconds) in latencies.enumerated() {
      record.record(
        RequestResult(
          kind: .target,
          outcome: .answered(status: 200),
          departure: index < waiting ? .afterWaiting : .punctual,
          due: 0,
          sent: 0,
          finished: milliseconds * 1_000_000,
          trace: TraceID(high: 0xabc, low: milliseconds)
        ),
        begin: 0
      )
    }
    for _ in 0..<refused {
      record.record(
        RequestResult(
          kind: .target,
          outcome: .failed(.connectionRefused("x")),
          departure: .punctual,
          due: 0,
          sent: 0,
          finished: 0,
          trace: nil
        ),
        begin: 0
      )
    }
    for _ in 0..<givenUp {
      record.record(
        RequestResult(
          kind: .target,
          outcome: .givenUp,
          departure: .punctual,
          due: 0,
          sent: 0,
          finished: 6_000_000_000,
          trace: nil
        ),
        begin: 0
      )
    }
    let usage = GeneratorUsage(cpuSeconds: 1, cpuSecondsPerRequest: 1e-5, busyShare: busyShare)
    return TrafficReport(settings: settings, record: record, seconds: 2, generator: usage, isInterrupted: givenUp > 0)
  }

  @Test func `A run passes when every limit was kept`() throws {
    let latencies = Array(repeating: UInt64(100), count: 99) + [900]
    #expect(try report(latencies: latencies, ["p50=110ms", "max=1s"], errors: "0").passed)
    let failed = try report(latencies: latencies, ["p50=110ms", "max=800ms"])
    #expect(!failed.passed && failed.failureText == "not kept: max=800ms")
    #expect(try !report(latencies: latencies, refused: 2, errors: "1%").passed)
    #expect(try report(latencies: latencies, refused: 1, errors: "1%").passed)
  }

  @Test func `A run without one answer passes nothing`() throws {
    let report = try report(refused: 3, ["p99=10s"])
    #expect(!report.passed)
    #expect(report.verdicts.map(\.passed) == [false])
    #expect(try !self.report(refused: 3).passed)
    #expect(report.text.contains("no answer at all") && report.text.contains("connection refused: 3"))
  }

  /// The rank of the percentile (nearest rank) decides: that of p99 among 200 requests is 198.
  @Test(arguments: [(2, true), (3, false), (300, false)])
  func `A percentile that falls among requests without an answer is not reached`(refused: Int, passes: Bool) throws {
    let answered = Array(repeating: UInt64(100), count: 200 - min(refused, 100))
    let report = try report(latencies: answered, refused: refused, ["p99=1s"])
    #expect(report.passed == passes)
    let verdict = try #require(report.verdicts.first)
    #expect(verdict.reached.isInfinite == !passes && verdict.requestsNeeded == nil)
    #expect(report.text.contains("not reached, too many requests had no answer") == !passes)
    let limit = try #require(try JSONParser.parse(report.json)["limits"]?.items?.first)
    #expect((limit["reached"] == .null) == !passes && limit["passed"] == .bool(passes))
  }

  @Test func `One request without an answer has no maximum`() throws {
    #expect(try report(latencies: [100], ["max=1s"]).passed)
    #expect(try !report(latencies: [100], refused: 1, ["max=1s"]).passed)
  }

  @Test func `What became of the spans is told behind the summary`() throws {
    var spans = ExportStatistics.Snapshot()
    spans.failed = 1200
    let report = try report(latencies: [100])
    #expect(report.spansText.isEmpty && report.with(spans).text == report.text)
    #expect(report.with(spans).spansText.hasPrefix("spans      1 200 reached no receiver"))
  }

  @Test func `A percentile of an interval that too few requests tell is no number`() throws {
    let few = try report(latencies: Array(repeating: 100, count: 99))
    let interval = try #require(try JSONParser.parse(few.json)["timeline"]?["intervals"]?.items?.first)
    #expect(interval["p50"]?.double != nil && interval["p99"] == .null && interval["max"]?.double != nil)
    #expect(!few.charts[0].svg(standsAlone: false).contains(">p99<"))
    let enough = try report(latencies: Array(repeating: 100, count: 100))
    #expect(enough.charts[0].svg(standsAlone: false).contains(">p99<"))
  }

  @Test func `A limit that too few requests can judge is not passed, and their percentile is no number`() throws {
    let report = try report(latencies: Array(repeating: 100, count: 99), ["p90=1s", "p99=1s", "max=1s"])
    #expect(report.verdicts.map(\.passed) == [true, false, true] && !report.passed)
    #expect(report.failureText == "not kept: p99=1s (too few requests)")
    #expect(report.text.contains("FAILED     p99=1s: too few requests, it needs 100\n"))
    let row = try #require(report.text.split(separator: "\n").first { $0.hasPrefix("  target") })
    #expect(row.split(separator: " ").suffix(4) == ["–", "–", "100", "ms"], "p99, p99.9 and the maximum")
    let json = try JSONParser.parse(report.json)
    let latency = try #require(json["latency_seconds"]?["target"])
    #expect(latency["p90"]?.double != nil && latency["p99"] == .null && latency["max"]?.double != nil)
    let limit = try #require(json["limits"]?.items?[1])
    #expect(limit["reached"] == .null && limit["passed"] == .bool(false) && limit["requests_needed"]?.integer == 100)
    #expect(try self.report(latencies: Array(repeating: 100, count: 100), ["p99=1s"]).passed)
  }

  @Test func `The report says what the end of the run cut off`() throws {
    let report = try report(latencies: [100], givenUp: 4)
    let told = "4 requests on their way, after up to 6.00 s"
    #expect(report.text.contains("ended early\n") && report.text.contains("given up   \(told)\n"))
    #expect(report.html.contains("ended early, giving up \(told)<"))
    let json = try JSONParser.parse(report.json)
    #expect(json["interrupted_requests"]?.integer == 4 && json["interrupted_longest_wait_seconds"]?.double == 6)
    let whole = try self.report(latencies: [100])
    #expect(!whole.text.contains("given up") && !whole.html.contains("giving up"))
    #expect(try JSONParser.parse(whole.json)["interrupted_longest_wait_seconds"] == .null)
  }

  @Test func `The report says when the generator or its connections were the limit`() throws {
    #expect(try report(latencies: [1, 1]).limit == nil)
    #expect(try report(latencies: [1, 1], busyShare: 0.99).limit == .generator(busyShare: 0.99))
    #expect(try report(latencies: [1, 1], waiting: 1).limit == .connections(share: 0.5))
    #expect(try report(latencies: [1, 1], busyShare: 0.99).text.contains("generator was the limit"))
  }

  @Test func `The JSON is JSON, with null for what was not measured`() throws {
    let value = try JSONParser.parse(try report(latencies: [100, 200]).json)
    #expect(value["requests"]?.integer == 2 && value["rate"]?.double == 1)
    #expect(value["latency_seconds"]?["target"]?["max"]?.double == 0.2)
    #expect(value["latency_seconds"]?["target"]?["traces"]?["max"]?.text?.hasPrefix("0000000000000abc") == true)
    let empty = try JSONParser.parse(try report().json)
    #expect(empty["error_share"] == .null && empty["requests"]?.integer == 0)
  }

  @Test func `The page needs nothing from elsewhere and takes no markup from a URL`() throws {
    let html = try report(latencies: [100, 200]).html
    #expect(!html.contains("<script") && html.contains("&lt;script&gt;"))
    #expect(!html.contains("src=") && !html.contains("href=") && !html.contains("@import"))
    #expect(html.contains("default-src 'none'"))
    #expect(html.split(separator: "<svg").count == 4)
  }
}
