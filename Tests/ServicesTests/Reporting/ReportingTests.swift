import Testing

@testable import Reporting

struct ReportingTests {
  @Test(arguments: [
    ("10", 10), ("10s", 10), ("500ms", 0.5), ("1m30s", 90), ("2h", 7200), ("250us", 0.00025), ("0", 0), ("1.5s", 1.5),
    ("1d", 86_400),
  ])
  func `A time is a number of seconds or has units`(text: String, seconds: Double) throws {
    #expect(abs(try #require(Seconds(text)).value - seconds) < 1e-12)
  }

  @Test(arguments: ["", "s", "10 s", "-1", "1x", "1s2", "nan", "inf", "1..5s", "1e99"])
  func `What is no time is refused`(text: String) {
    #expect(Seconds(text) == nil)
  }

  @Test(arguments: [
    (0, 2, "0.00"), (1.005, 1, "1.0"), (-0.001, 2, "0.00"), (-1.5, 1, "-1.5"), (12.3456, 3, "12.346"), (7, 0, "7"),
    (0.05, 2, "0.05"), (999.9996, 3, "1000.000"),
  ])
  func `Numbers have the decimals asked for`(number: Double, decimals: Int, text: String) {
    #expect(number.text(decimals: decimals) == text)
  }

  @Test(arguments: [(0.000_84, "840 µs"), (0.0375, "37.5 ms"), (1.25, "1.25 s"), (0.25, "250 ms"), (75, "75.0 s")])
  func `A duration has the unit that suits it`(seconds: Double, text: String) {
    #expect(seconds.durationText == text)
  }

  @Test func `Thousands are set apart`() {
    #expect([0, 999, 1000, 1_234_567].map(\.groupedText) == ["0", "999", "1 000", "1 234 567"])
  }

  @Test func `A linear scale begins at 0 and ends at a round number`() {
    #expect(ChartScale.linear(covering: [3, 87]) == .linear(0...100))
    #expect(ChartScale.linear(covering: [.nan]) == .linear(0...1))
    #expect(ChartScale.linear(0...100).ticks == [0, 20, 40, 60, 80, 100])
  }

  @Test func `A logarithmic scale gives equal ratios equal room`() {
    let scale = ChartScale.logarithmic(covering: [0.003, 0.7])
    #expect(scale == .logarithmic(0.002...1))
    let positions = [0.01, 0.1, 1].map { scale.position($0) }
    #expect(abs((positions[2] - positions[1]) - (positions[1] - positions[0])) < 1e-9)
    #expect(scale.position(0) == 0)
  }

  @Test func `Text in a chart stays text, and a value that is missing is a gap`() {
    let points = [1, 2, .nan, 4, 5].enumerated().map { ChartSeries.Point(x: Double($0.offset), y: $0.element) }
    let svg = Chart(
      title: "<b>\"R&D\"</b>",
      x: .init("x", .linear(0...5)) { $0.text(decimals: 0) },
      y: .init("y", .linear(0...5)) { $0.text(decimals: 0) },
      series: [ChartSeries(name: "a", colour: .blue, style: .line, points: points)]
    ).svg(standsAlone: true)
    #expect(svg.contains("&lt;b&gt;&quot;R&amp;D&quot;&lt;/b&gt;") && !svg.contains("<b>"))
    #expect(svg.split(separator: "<polyline").count == 3)
    #expect(!svg.contains("nan"))
  }
}
