import Reporting
import Testing

@testable import Traffic

struct LimitTests {
  @Test(arguments: [
    ("p99=200ms", 99, 0.2), ("p99.9=1s", 99.9, 1), ("p50=50ms", 50, 0.05), ("max=2s", 100, 2), ("p100=1m", 100, 60),
  ])
  func `A limit names a percentile and a time`(text: String, percentile: Double, seconds: Double) throws {
    let limit = try #require(LatencyLimit(text))
    #expect(limit.percentile == percentile)
    #expect(abs(limit.seconds - seconds) < 1e-12)
  }

  @Test(arguments: [
    "", "p99", "p99=", "p0=1s", "p101=1s", "99=1s", "mean=1s", "p99=-1s", "p99=fast", "p99=0s", "pnan=1s",
    "p99=200", "p50=0.05", "max=2",
  ])
  func `A limit that makes no sense is refused`(text: String) {
    #expect(LatencyLimit(text) == nil)
  }

  @Test(arguments: [
    ("1%", 0.01, "1%"), ("0.01", 0.01, "1%"), ("0", 0, "0%"), ("100%", 1, "100%"), ("2.5%", 0.025, "2.5%"),
    ("0.07", 0.07, "7%"), ("0.0005", 0.0005, "0.05%"),
  ])
  func `A share of errors is a percentage or a fraction and is told in percent`(
    text: String,
    share: Double,
    description: String
  ) throws {
    let limit = try #require(ErrorLimit(text))
    #expect(abs(limit.share - share) < 1e-12)
    #expect(limit.description == description)
  }

  @Test(arguments: ["", "%", "101%", "-1%", "1", "1.0", "2", "few", "nan"])
  func `What is no share is refused`(text: String) {
    #expect(ErrorLimit(text) == nil)
  }

  @Test(arguments: [("0.5-2", 0.5, 2), ("500ms-2s", 0.5, 2), ("1", 1, 1), ("0", 0, 0)])
  func `A think time is one time or two`(text: String, low: Double, high: Double) throws {
    #expect(try #require(SecondsRange(text)).range == low...high)
  }

  @Test(arguments: ["", "2-1", "1-2-3", "-1", "a-b", "1-"])
  func `What is no span of time is refused`(text: String) {
    #expect(SecondsRange(text) == nil)
  }
}
