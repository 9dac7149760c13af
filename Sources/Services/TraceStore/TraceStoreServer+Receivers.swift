import HTTPTypes
import LoopHTTP
import OTLPMessages
import ServiceCore
import Synchronization
import Telemetry

/// What OTLP/HTTP asks of a receiver besides taking spans.
extension TraceStoreServer {
  /// The routes below `/v1`: spans are kept, other signals taken and dropped, and pages of this host may send them.
  var receivers: [ServiceRoute] {
    // No limit here: each has its own, and answers as OTLP wants it.
    let options = RouteOptions(bodyLimit: .max)
    return [
      ServiceRoute("/v1/traces", Self.export, method: .post, options: options) { request in
        self.shared(try await self.export(request), with: request)
      },
      ServiceRoute("/v1/metrics", Self.drop, method: .post, options: options) { request in
        self.shared(try await self.drop(request, "metrics"), with: request)
      },
      ServiceRoute("/v1/logs", Self.drop, method: .post, options: options) { request in
        self.shared(try await self.drop(request, "logs"), with: request)
      },
    ]
      + ["traces", "metrics", "logs"].map { signal in
        ServiceRoute("/v1/\(signal)", Self.preflight, method: .options) { request in
          var response = Response(status: .noContent)
          response.append(.allow, "POST, OPTIONS")
          return self.shared(response, with: request)
        }
      }
  }

  /// Takes an export that nothing here wants: an SDK sends every signal to one address, and would complain of a refusal at
  /// each export. Suspends while the body comes.
  ///
  /// The answer warns and counts no record as rejected (OTLP specification, "Partial Success"): an exporter would count
  /// those as lost, and to know their number each body would have to be decoded.
  private func drop(_ request: Request, _ signal: String) async throws -> Response {
    guard let format = OTLPFormat(contentType: request.header(.contentType)) else { return unsupportedType }
    var count = 0
    for try await piece in request.body {
      count += piece.count
      guard count <= limits.body else { return failure(tooLarge.status, tooLarge.detail, format) }
    }
    var answer = Answer()
    answer.partialSuccess.errorMessage = "This store keeps traces alone: these \(signal) are dropped"
    return response(.ok, answer, format)
  }

  /// Lets the page that sent the request read the answer, where it may export.
  private func shared(_ response: Response, with request: Request) -> Response {
    guard let origin = request.header(.origin) else { return response }
    var response = response
    response.append(.vary, "Origin")
    guard ExportOrigin.isAllowed(origin, authority: request.authority) else { return response }
    response.append(.accessControlAllowOrigin, origin)
    if request.method == .options {
      response.append(.accessControlAllowMethods, "POST")
      // Beside the protocol's own, an SDK sends what OTEL_EXPORTER_OTLP_HEADERS has.
      response.append(.accessControlAllowHeaders, request.header(.accessControlRequestHeaders) ?? "content-type")
      response.append(.accessControlMaxAge, "600")
    }
    return response
  }
}
