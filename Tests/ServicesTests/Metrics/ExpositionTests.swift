import Testing

@testable import Telemetry

@Suite struct ExpositionTests {
  private func page(_ format: ExpositionFormat, _ families: MetricFamilySnapshot...) -> String {
    String(decoding: Exposition.page(families, format), as: UTF8.self)
  }

  private let rolls = MetricFamilySnapshot(
    .diceRolls,
    [
      MetricSeries(["fair", "success"], .number(2)),
      MetricSeries(["other", "error"], .number(1)),
    ]
  )

  private func roundTrips(exemplar: Exemplar? = nil) -> MetricFamilySnapshot {
    var cell = HistogramCell(bounds: [0.1, 1])
    cell.observe(0.05)
    cell.observe(0.1, exemplar: exemplar)
    cell.observe(7)
    return MetricFamilySnapshot(
      MetricDefinition(.histogram(bounds: [0.1, 1]), "round_trip_seconds", help: "There and back.", labels: ["peer"]),
      [MetricSeries(["a"], .histogram(cell))]
    )
  }

  @Test func countersInTheTextFormat() {
    #expect(
      page(.prometheusText, rolls) == """
        # HELP dice_rolls_total Total number of dice rolls
        # TYPE dice_rolls_total counter
        dice_rolls_total{die_type="fair",result="success"} 2.0
        dice_rolls_total{die_type="other",result="error"} 1.0

        """
    )
  }

  @Test func countersInOpenMetricsAreNamedWithoutTotalInTheHead() {
    #expect(
      page(.openMetrics, rolls) == """
        # HELP dice_rolls Total number of dice rolls
        # TYPE dice_rolls counter
        dice_rolls_total{die_type="fair",result="success"} 2.0
        dice_rolls_total{die_type="other",result="error"} 1.0
        # EOF

        """
    )
  }

  @Test func histogramsAreCumulativeAndEndInInf() {
    #expect(
      page(.prometheusText, roundTrips()) == """
        # HELP round_trip_seconds There and back.
        # TYPE round_trip_seconds histogram
        round_trip_seconds_bucket{peer="a",le="0.1"} 2.0
        round_trip_seconds_bucket{peer="a",le="1.0"} 2.0
        round_trip_seconds_bucket{peer="a",le="+Inf"} 3.0
        round_trip_seconds_count{peer="a"} 3.0
        round_trip_seconds_sum{peer="a"} 7.15

        """
    )
  }

  @Test func exemplarsStandAtTheirBucketInOpenMetricsOnly() {
    let span = SpanReference(traceID: TraceID(high: 0xa, low: 0xb), spanID: SpanID(rawValue: 0xc), traceFlags: .sampled)
    let family = roundTrips(exemplar: Exemplar(value: 0.1, span: span, microseconds: 1_700_000_000_250_000))
    #expect(
      page(.openMetrics, family) == """
        # HELP round_trip_seconds There and back.
        # TYPE round_trip_seconds histogram
        # UNIT round_trip_seconds seconds
        round_trip_seconds_bucket{peer="a",le="0.1"} 2.0 # {trace_id="000000000000000a000000000000000b",\
        span_id="000000000000000c"} 0.1 1700000000.25
        round_trip_seconds_bucket{peer="a",le="1.0"} 2.0
        round_trip_seconds_bucket{peer="a",le="+Inf"} 3.0
        round_trip_seconds_count{peer="a"} 3.0
        round_trip_seconds_sum{peer="a"} 7.15
        # EOF

        """
    )
    #expect(!page(.prometheusText, family).contains("trace_id"))
  }

  @Test func summariesHaveCountAndSum() {
    var cell = SummaryCell(.httpRequestSize)
    cell.observe(12)
    cell.observe(0)
    let text = page(.prometheusText, MetricFamilySnapshot(.httpRequestSize, [MetricSeries(["/"], .summary(cell))]))
    #expect(
      text.hasSuffix(
        """
        # TYPE http_request_size_bytes summary
        http_request_size_bytes_count{handler="/"} 2.0
        http_request_size_bytes_sum{handler="/"} 12.0

        """
      )
    )
  }

  @Test func infoIsAGaugeInTheOlderFormat() {
    let definition = MetricDefinition(.info, "target_info", help: "Target metadata", labels: ["service_name"])
    let family = MetricFamilySnapshot(definition, [MetricSeries(["frontend"], .number(1))])
    #expect(
      page(.prometheusText, family) == """
        # HELP target_info Target metadata
        # TYPE target_info gauge
        target_info{service_name="frontend"} 1.0

        """
    )
    #expect(
      page(.openMetrics, family) == """
        # HELP target Target metadata
        # TYPE target info
        target_info{service_name="frontend"} 1.0
        # EOF

        """
    )
  }

  @Test(arguments: [
    ("plain", "plain"), ("a\\b", #"a\\b"#), ("a\nb", #"a\nb"#), (#"a"b"#, #"a\"b"#), ("a\r\nb", #"a \nb"#),
    ("\n\u{0}💥<script>", "\\n\u{0}💥<script>"), ("", ""),
  ])
  func labelValuesAreEscaped(value: String, escaped: String) {
    let family = MetricFamilySnapshot(.dieSpecificationsRequested, [MetricSeries([value], .number(1))])
    for format in ExpositionFormat.allCases {
      let text = page(format, family)
      #expect(text.contains("die_specifications_requested_total{identifier=\"\(escaped)\"} 1.0\n"))
      #expect(!text.unicodeScalars.contains("\r"))
    }
  }

  @Test func helpEscapesQuotesInOpenMetricsOnly() {
    let definition = MetricDefinition(.gauge, "g", help: "a \"b\" \\ c\nd")
    let family = MetricFamilySnapshot(definition, [MetricSeries([], .number(-0.5))])
    #expect(page(.prometheusText, family) == "# HELP g a \"b\" \\\\ c\\nd\n# TYPE g gauge\ng -0.5\n")
    #expect(page(.openMetrics, family) == "# HELP g a \\\"b\\\" \\\\ c\\nd\n# TYPE g gauge\ng -0.5\n# EOF\n")
  }

  @Test(arguments: [
    (0.0, "0.0"), (1, "1.0"), (0.1, "0.1"), (15487, "15487.0"), (0.4303750991821289, "0.4303750991821289"),
    (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (1_700_000_000.5, "1700000000.5"),
  ])
  func numbersAreCanonical(number: Double, text: String) {
    var bytes: [UInt8] = []
    bytes.append(sample: number)
    #expect(String(decoding: bytes, as: UTF8.self) == text)
  }

  @Test func aPageWithoutFamiliesIsComplete() {
    #expect(page(.prometheusText) == "")
    #expect(page(.openMetrics, MetricFamilySnapshot(.diceRolls, [])) == "# EOF\n")
  }
}
