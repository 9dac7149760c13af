import Testing

@testable import Telemetry

@Suite struct ExpositionFormatTests {
  @Test(
    arguments: [
      ([], .prometheusText),
      (["*/*"], .prometheusText),
      (["text/html,application/xhtml+xml,*/*;q=0.8"], .prometheusText),
      (["application/json"], .prometheusText),
      (["application/openmetrics-text"], .openMetrics),
      (["application/openmetrics-text; version=1.0.0; charset=utf-8"], .openMetrics),
      (["Application/OpenMetrics-Text;VERSION=\"1.0.0\""], .openMetrics),
      (["application/openmetrics-text;version=2.0.0"], .prometheusText),
      (
        [
          "application/openmetrics-text;version=1.0.0;q=0.75,application/openmetrics-text;version=0.0.1;q=0.5,"
            + "text/plain;version=0.0.4;q=0.25,*/*;q=0.1"
        ], .openMetrics
      ),
      (["text/plain;version=0.0.4;q=1,application/openmetrics-text;version=1.0.0;q=0.5"], .prometheusText),
      (["text/plain;q=0.5, application/openmetrics-text;q=0.5"], .openMetrics),
      (["application/openmetrics-text;q=0"], .prometheusText),
      (["application/openmetrics-text;q=nonsense"], .prometheusText),
      (["application/*"], .prometheusText),
      (["*/*;q=0.9", "application/openmetrics-text;q=0.2"], .prometheusText),
      (["text/plain;q=0.1", "application/openmetrics-text ; q=0.2"], .openMetrics),
      ([",;,/,a/b/c,=;q"], .prometheusText),
    ] as [([String], ExpositionFormat)]
  )
  func acceptDecides(accept: [String], format: ExpositionFormat) {
    #expect(ExpositionFormat.preferred(accept: accept) == format)
  }
}
