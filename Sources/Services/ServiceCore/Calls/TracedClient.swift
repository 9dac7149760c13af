import HTTPTypes
public import LoopHTTP
public import Telemetry
import Tracing

/// Calls other services, each call in a CLIENT span whose context travels along, and counted.
public struct TracedClient: Sendable {
  private let client: HTTPClient
  private let tracer: OTelTracer
  private let metrics: HTTPClientMetrics

  /// Calls through `client`.
  public init(client: HTTPClient, tracer: OTelTracer, metrics: HTTPClientMetrics) {
    self.client = client
    self.tracer = tracer
    self.metrics = metrics
  }

  /// Gets `url`; suspends until the whole answer is there, at most `timeout`.
  ///
  /// - Parameter attributes: further attributes of the span.
  public func get(
    _ url: ClientURL,
    accept: String? = nil,
    timeout: Duration,
    attributes: [Attribute] = []
  ) async throws(ClientError) -> ClientResponse {
    var fields = HTTPFields()
    if let accept { fields[.accept] = accept }
    let text = url.description
    let span = HTTPClientSpan.start(tracer, method: "GET", url: text, headerFields: &fields)
    span.setAttributes(attributes)
    var request = ClientRequest(.get, url)
    request.headerFields = Array(fields)
    request.timeout = timeout
    let start = EventLoop.monotonicNanoseconds()
    do throws(ClientError) {
      let response = try await client.execute(request)
      let address = response.remoteAddress
      record(url, response.statusCode, nil, from: start, span)
      HTTPClientSpan.end(
        span,
        .answered(status: response.statusCode),
        peerAddress: address?.ip,
        peerPort: address.map { Int($0.port) }
      )
      return response
    } catch {
      record(url, nil, error, from: start, span)
      HTTPClientSpan.end(span, error == .cancelled ? .cancelled : .failed(error.failure))
      throw error
    }
  }

  private func record(_ url: ClientURL, _ status: Int?, _ error: ClientError?, from start: UInt64, _ span: OTelSpan) {
    var attempt = HTTPClientMetrics.Attempt(
      method: "GET",
      status: status,
      serverAddress: url.origin.host,
      serverPort: Int(url.origin.port),
      seconds: Double(EventLoop.monotonicNanoseconds() - start) / 1e9
    )
    attempt.protocolVersion = status == nil ? nil : "1.1"
    attempt.errorType = error?.failure.rawValue ?? status.flatMap { $0 >= 400 ? String($0) : nil }
    attempt.span = SpanReference(span.spanContext)
    metrics.record(attempt)
  }
}

extension ClientError {
  /// The name under which spans and metrics count it.
  fileprivate var failure: HTTPClientSpan.Failure {
    switch self {
    case .timedOut: .timeout
    case .connectionRefused, .connectionFailed: .connectionRefused
    case .connectionClosed: .connectionReset
    case .nameNotResolved: .nameNotResolved
    case .malformedResponse, .bodyTooLarge: .malformedResponse
    case .invalidURL, .unsupportedScheme, .invalidRequest, .poolExhausted, .cancelled, .shutDown: .other
    }
  }
}
