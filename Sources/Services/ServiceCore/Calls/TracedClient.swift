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
    var request = ClientRequest(.get, url)
    if let accept { request.append(.accept, accept) }
    request.timeout = timeout
    return try await send(request, attributes: attributes)
  }

  /// Sends `request`; suspends until the whole answer is there, at most its time limit. A request that may be sent again
  /// has one span for each attempt.
  ///
  /// - Parameter attributes: further attributes of the span.
  public func send(
    _ request: ClientRequest,
    attributes: [Attribute] = []
  ) async throws(ClientError) -> ClientResponse {
    let watch = Stopwatch()
    var attempt = request
    attempt.isResentByClient = false
    var resendCount = 0
    while true {
      do throws(ClientError) {
        return try await self.attempt(attempt, resendCount: resendCount, attributes)
      } catch {
        guard request.mayBeResent(after: error) else { throw error }
        resendCount += 1
        attempt.timeout = request.timeout - .nanoseconds(watch.nanoseconds)
      }
    }
  }

  private func attempt(
    _ request: ClientRequest,
    resendCount: Int,
    _ attributes: [Attribute]
  ) async throws(ClientError) -> ClientResponse {
    let watch = Stopwatch()
    var traced = request
    let span = HTTPClientSpan.start(
      tracer,
      method: request.method.rawValue,
      url: request.url,
      resendCount: resendCount,
      headerFields: &traced.headerFields
    )
    span.setAttributes(attributes)
    do throws(ClientError) {
      let response = try await client.execute(traced)
      end(.answered(status: response.statusCode), request, span, on: watch, peer: response.remoteAddress)
      return response
    } catch {
      end(error == .cancelled ? .cancelled : .failed(error.spanFailure), request, span, on: watch)
      throw error
    }
  }

  /// Ends the attempt's span and counts the attempt, with the same duration and the same `error.type`.
  private func end(
    _ outcome: HTTPClientSpan.Outcome,
    _ request: ClientRequest,
    _ span: OTelSpan,
    on watch: Stopwatch,
    peer: SocketAddress? = nil
  ) {
    let duration = HTTPClientSpan.end(span, outcome, peerAddress: peer?.ip, peerPort: peer.map { Int($0.port) })
    var attempt = HTTPClientMetrics.Attempt(
      method: request.method.rawValue,
      status: outcome.status,
      serverAddress: request.url.origin.host,
      serverPort: Int(request.url.origin.port),
      seconds: Double(duration ?? watch.nanoseconds) / 1e9
    )
    attempt.protocolVersion = outcome.status == nil ? nil : "1.1"
    attempt.errorType = outcome.errorType
    attempt.span = SpanReference(span.spanContext)
    metrics.record(attempt)
  }
}
