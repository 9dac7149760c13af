import Reporting

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension TrafficReport {
  /// Latency and rate along the run, and the distribution of the latency.
  var charts: [Chart] { [latencyChart, rateChart, percentileChart] }

  private var times: [(seconds: Double, interval: Timeline.Interval)] {
    let width = record.timeline.intervalSeconds
    return record.timeline.intervals.enumerated().map { (Double($0.offset) * width + width / 2, $0.element) }
  }

  private var timeAxis: Chart.Axis {
    let end = Double(record.timeline.intervals.count) * record.timeline.intervalSeconds
    return Chart.Axis("seconds since the beginning", .linear(0...max(1, end))) { $0.text(decimals: 0) }
  }

  private var latencyChart: Chart {
    let lines: [(name: String, percentile: Double, colour: ChartColour)] = [
      ("slowest", 100, .grey), ("p99", 99, .orange), ("p50", 50, .blue),
    ]
    let series = lines.map { line in
      ChartSeries(
        name: line.name,
        colour: line.colour,
        style: .line,
        points: times.map { .init(x: $0.seconds, y: $0.interval.seconds(percentile: line.percentile) ?? .nan) }
      )
    }.filter { $0.points.contains(where: \.y.isFinite) }
    let values = series.flatMap { $0.points.map(\.y) }
    return Chart(
      title: "Latency by the moment a request was due",
      x: timeAxis,
      y: .init("latency", .logarithmic(covering: values), text: Self.axisText),
      series: series
    )
  }

  private var rateChart: Chart {
    let width = record.timeline.intervalSeconds
    let requests = times.map { ChartSeries.Point(x: $0.seconds, y: Double($0.interval.requests) / width) }
    let errors = times.map { ChartSeries.Point(x: $0.seconds, y: Double($0.interval.errors) / width) }
    return Chart(
      title: "Requests and errors",
      x: timeAxis,
      y: .init("per second", .linear(covering: requests.map(\.y))) { Int($0).groupedText },
      series: [
        ChartSeries(name: "requests", colour: .blue, style: .area, points: requests),
        ChartSeries(name: "errors", colour: .red, style: .area, points: errors),
      ]
    )
  }

  /// The horizontal axis gives each further nine of a percentile the same room, as HdrHistogram's own plots do.
  private var percentileChart: Chart {
    let nines = max(1, kinds.map { log10(Double(max(10, $0.latencies.count))) }.max() ?? 1)
    let colours: [RequestKind: ChartColour] = [.sync: .blue, .async: .orange, .target: .blue]
    let series = kinds.map { kind, latencies in
      let most = log10(Double(max(10, latencies.count)))
      let points = (0...200).map { step in
        let depth = most * Double(step) / 200
        return ChartSeries.Point(x: depth, y: latencies.seconds(percentile: 100 * (1 - pow(10, -depth))))
      }
      return ChartSeries(name: kind.rawValue, colour: colours[kind] ?? .grey, style: .line, points: points)
    }
    let named: [(depth: Double, text: String)] = [
      (0, "0 %"), (log10(2), "50 %"), (1, "90 %"), (2, "99 %"), (3, "99.9 %"), (4, "99.99 %"), (5, "99.999 %"),
    ]
    let ticks = named.filter { $0.depth <= nines + 1e-9 }
    return Chart(
      title: "Latency by percentile",
      x: .init("so many requests were at least as fast", .linear(0...nines), ticks: ticks.map(\.depth)) { depth in
        ticks.first { abs($0.depth - depth) < 1e-9 }?.text ?? ""
      },
      y: .init("latency", .linear(covering: series.flatMap { $0.points.map(\.y) }), text: Self.axisText),
      series: series
    )
  }

  @Sendable
  private static func axisText(_ seconds: Double) -> String {
    if seconds == 0 { return "0" }
    let (value, unit) = seconds >= 1 ? (seconds, "s") : seconds >= 1e-3 ? (seconds * 1e3, "ms") : (seconds * 1e6, "µs")
    let rounded = value.rounded()
    return (abs(value - rounded) < 1e-6 ? rounded.text(decimals: 0) : value.text(decimals: 1)) + " " + unit
  }
}
