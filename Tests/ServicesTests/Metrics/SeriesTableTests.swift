import Testing

@testable import Telemetry

@Suite struct SeriesTableTests {
  private func definition(limit: Int) -> MetricDefinition {
    MetricDefinition(
      .counter,
      "c_total",
      help: "",
      labels: ["method", "die"],
      overflow: ["_OTHER", "other"],
      seriesLimit: limit
    )
  }

  @Test func theSameValuesAreTheSameSeries() {
    var table = SeriesTable(definition(limit: 10))
    #expect(table.place(of: ["GET", "fair"]) == .own(0))
    #expect(table.place(of: ["GET", "risky"]) == .own(1))
    #expect(table.place(of: ["GET", "fair"]) == .own(0))
  }

  @Test func overTheLimitAllNewValuesShareOneSeries() {
    var table = SeriesTable(definition(limit: 2))
    _ = table.place(of: ["GET", "a"])
    _ = table.place(of: ["GET", "b"])
    #expect(table.place(of: ["GET", "c"]) == .overflow(2))
    #expect(table.place(of: ["PUT", "d"]) == .overflow(2))
    #expect(table.place(of: ["GET", "a"]) == .own(0))
    #expect(table.labelValues == [["GET", "a"], ["GET", "b"], ["_OTHER", "other"]])
  }

  @Test func aSeriesThatHasTheOverflowsNameIsTheOverflow() {
    var table = SeriesTable(definition(limit: 1))
    #expect(table.place(of: ["_OTHER", "other"]) == .own(0))
    #expect(table.place(of: ["GET", "a"]) == .overflow(0))
    #expect(table.labelValues.count == 1)
  }

  @Test func aFamilyWithoutLabelsHasItsSeriesFromTheStart() {
    var table = SeriesTable(.dieListRequests)
    #expect(table.labelValues == [[]])
    #expect(table.place(of: []) == .own(0))
  }
}
