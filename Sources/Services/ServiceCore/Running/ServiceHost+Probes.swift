import HTTPTypes
import LoopHTTP
import Telemetry

extension ServiceHost {
  /// Under overload it matters most that they answer.
  private static let probing = RouteOptions(isAnsweredUnderOverload: true)

  /// The metrics, for whoever comes for them.
  static func metricsRoute(_ registry: MetricsRegistry) -> ServiceRoute {
    ServiceRoute(
      "/metrics",
      APIOperation(
        "The metrics, as Prometheus reads them",
        answers: [APIOperation.Answer(200, "The metrics", mediaType: "text/plain", schema: ["type": "string"])]
      ),
      options: probing
    ) { request in
      let page = await MetricsPage(
        registry,
        accept: request.headerValues(.accept),
        acceptEncoding: request.headerValues(.acceptEncoding)
      )
      var response = Response(contentType: MediaType(page.contentType), body: .bytes(page.bytes))
      if let coding = page.contentCoding.fieldValue { response.append(.contentEncoding, coding) }
      response.append(.vary, "Accept, Accept-Encoding")
      return response
    }
  }

  /// What an orchestrator asks.
  static func probeRoutes(_ health: ServiceHealth) -> [ServiceRoute] {
    [
      ServiceRoute(
        "/livez",
        APIOperation("Whether the process lives", answers: [APIOperation.Answer(200, "It does")]),
        options: probing
      ) { _ in health.livenessResponse() },
      ServiceRoute(
        "/readyz",
        APIOperation(
          "Whether requests are wanted",
          parameters: [APIOperation.Parameter("verbose", isRequired: false, schema: ["type": "string"])],
          answers: [APIOperation.Answer(200, "They are"), APIOperation.Answer(503, "They are not, at present")]
        ),
        options: probing
      ) { request in health.readinessResponse(isVerbose: request.queryValue("verbose") != nil) },
    ]
  }
}
