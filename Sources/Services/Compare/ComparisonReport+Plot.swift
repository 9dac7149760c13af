import Reporting

extension ComparisonReport {
  /// How many times faster a batch is, measured and in theory, over the number of rolls: an SVG file.
  public var plot: String {
    let measured = results.compactMap { result in
      result.factor.map { ChartSeries.Point(x: Double(result.rolls), y: $0.value, interval: $0.interval) }
    }.sorted { $0.x < $1.x }
    let intervals = measured.contains { $0.interval != nil } ? ", with its 95 % interval" : ""
    let last = max(2, measured.last?.x ?? 2)
    let theory = [1, last].map { ChartSeries.Point(x: $0, y: ($0 + 1) / 2) }
    // An interval from few iterations can be wider than anything worth drawing.
    let most = max((last + 1) / 2, measured.map(\.y).max() ?? 0) * 1.6
    let scale = ChartScale.linear(covering: [min(most, measured.compactMap(\.interval?.upperBound).max() ?? most)])
    return Chart(
      title: "Rolling N dice at once against one after another: die \(settings.die), "
        + (isInterrupted ? "ended early" : "\(settings.iterations) iterations"),
      x: .init("rolls", .linear(0...last), ticks: measured.map(\.x)) { $0.text(decimals: 0) },
      y: .init("times as fast", scale) { "\($0.text(decimals: $0 == $0.rounded() ? 0 : 1))×" },
      series: [
        ChartSeries(name: "theory for uniform delays, (N + 1) / 2", colour: .grey, style: .dashes, points: theory),
        ChartSeries(name: "measured\(intervals)", colour: .blue, style: .dots, points: measured),
      ]
    ).svg(standsAlone: true) + "\n"
  }
}
