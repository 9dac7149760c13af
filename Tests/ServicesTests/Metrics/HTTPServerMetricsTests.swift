import Testing

@testable import Telemetry

@Suite struct HTTPServerMetricsTests {
  private let registry = MetricsRegistry(group: nil)

  private func samples() async -> [String] {
    let page = await MetricsPage(registry, accept: [])
    return String(decoding: page.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func anExchangeIsRecordedInFiveFamilies() async {
    let metrics = HTTPServerMetrics(registry)
    var exchange = HTTPServerMetrics.Exchange(method: "GET", route: "/roll", status: 200, seconds: 0.3)
    exchange.responseBytes = 10
    metrics.record(exchange)
    exchange.status = 500
    exchange.errorType = "500"
    metrics.record(exchange)
    let samples = await samples()
    for expected in [
      #"http_requests_total{handler="/roll",method="GET",status="2xx"} 1.0"#,
      #"http_requests_total{handler="/roll",method="GET",status="5xx"} 1.0"#,
      #"http_request_duration_seconds_bucket{handler="/roll",method="GET",le="0.25"} 0.0"#,
      #"http_request_duration_seconds_bucket{handler="/roll",method="GET",le="0.5"} 2.0"#,
      #"http_request_size_bytes_count{handler="/roll"} 2.0"#,
      #"http_request_size_bytes_sum{handler="/roll"} 0.0"#,
      #"http_response_size_bytes_sum{handler="/roll"} 20.0"#,
      #"http_server_request_duration_seconds_count{http_request_method="GET",http_route="/roll","#
        + #"http_response_status_code="500",url_scheme="http",network_protocol_version="1.1",error_type="500"} 1.0"#,
    ] {
      #expect(samples.contains(expected))
    }
  }

  @Test func whatNoRouteMatchedHasTheHandlerNone() async {
    let metrics = HTTPServerMetrics(registry)
    metrics.record(HTTPServerMetrics.Exchange(method: "GET", route: nil, status: 404, seconds: 0))
    #expect(await samples().contains(#"http_requests_total{handler="none",method="GET",status="4xx"} 1.0"#))
  }

  @Test func whatItsConnectionRefusedIsCountedAndNotMeasured() async {
    let metrics = HTTPServerMetrics(registry)
    metrics.countRefused(method: "GET", status: 414)
    metrics.countRefused(method: nil, status: 505)
    let samples = await samples()
    #expect(samples.contains(#"http_requests_total{handler="none",method="GET",status="4xx"} 1.0"#))
    #expect(samples.contains(#"http_requests_total{handler="none",method="_OTHER",status="5xx"} 1.0"#))
    #expect(!samples.contains { $0.hasPrefix("http_request_duration_seconds_count") })
  }

  @Test func twentyThousandMethodsAreOne() async {
    let metrics = HTTPServerMetrics(registry)
    for number in 0..<20_000 {
      metrics.record(HTTPServerMetrics.Exchange(method: "M\(number)", route: nil, status: 405, seconds: 0))
    }
    let samples = await samples()
    #expect(samples.count < 70)
    #expect(samples.contains(#"http_requests_total{handler="none",method="_OTHER",status="4xx"} 20000.0"#))
  }

  @Test(arguments: [("client_disconnected", "4xx"), (nil, "5xx")])
  func whoWasNotAnsweredIsCountedByWhoseFaultItWas(errorType: String?, group: String) async {
    let metrics = HTTPServerMetrics(registry)
    var exchange = HTTPServerMetrics.Exchange(method: "GET", route: "/roll", status: nil, seconds: 1)
    exchange.errorType = errorType
    metrics.record(exchange)
    #expect(await samples().contains(#"http_requests_total{handler="/roll",method="GET",status="\#(group)"} 1.0"#))
  }

  @Test(arguments: [("GET", "GET"), ("get", "_OTHER"), ("PATCH", "PATCH"), ("QUERY", "QUERY"), ("BREW", "_OTHER")])
  func methodsAreCaseSensitive(method: String, label: String) {
    #expect(HTTPMethodLabel.value(of: method) == label)
  }
}
