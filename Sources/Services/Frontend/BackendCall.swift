import DiceRoller
import HTTPTypes
import LoopHTTP
import ServiceCore
import Telemetry

/// One call of the dice-roller for a request of the frontend, with everything that is told of it.
struct BackendCall: Sendable {
  /// How a call is told in the log.
  struct Messages: Sendable {
    let received: String
    let failed: String
    static let roll = Messages(received: "Backend response received", failed: "Backend returned error")
    static let rollAsync = Messages(
      received: "Backend async response received",
      failed: "Backend async returned error"
    )
  }

  let tools: ServiceTools
  let metrics: FrontendMetrics
  let base: ServiceURL
  let die: String
  let timeout: Duration
  let messages: Messages
  let told: [Attribute]

  /// Calls `target` and passes its answer on; `read` gives what to log of it, or nil for one that makes no sense.
  func run<Answer: RollerAnswer>(
    _ target: String,
    read: (Answer) -> [Attribute]?
  ) async throws -> Response {
    let knownLabel = metrics.labels.known(die)
    if let knownLabel { metrics.requests(knownLabel, "received").increment() }
    let url = base.appending(target)
    let watch = Stopwatch()
    OTelSpan.current?.setAttribute(.backendURL, .string(url.description))
    do throws(ClientError) {
      let response = try await tools.client.get(url, timeout: timeout)
      let seconds = watch.seconds
      OTelSpan.current?.setAttributes([
        Attribute(.backendStatusCode, response.statusCode), Attribute(.backendDuration, seconds),
      ])
      // 404 says that no specification names the die; of the others only what the roller rolled is sure to exist.
      let isDie = response.statusCode == 200 || response.statusCode == 500
      let label = knownLabel ?? (isDie ? metrics.labels.learn(die) : "other")
      if knownLabel == nil { metrics.requests(label, "received").increment() }
      metrics.backendRequests(label, String(response.statusCode)).increment()
      metrics.backendDuration(label).observe(seconds)
      return answer(response, seconds: seconds, label: label, read)
    } catch {
      let label = knownLabel ?? "other"
      if knownLabel == nil { metrics.requests(label, "received").increment() }
      metrics.backendDuration(label).observe(watch.seconds)
      return try failure(error, label: label)
    }
  }

  private func answer<Answer: RollerAnswer>(
    _ response: ClientResponse,
    seconds: Double,
    label: String,
    _ read: (Answer) -> [Attribute]?
  ) -> Response {
    let json = try? JSONParser.parse(response.body)
    let told = told + [Attribute(LogField.backendStatus, response.statusCode)]
    guard response.statusCode == 200, let answer = json.flatMap(Answer.init), let more = read(answer) else {
      metrics.requests(label, "error").increment()
      tools.logger.error(messages.failed, told)
      return errorAnswer(response, detail: json?["detail"])
    }
    metrics.requests(label, "success").increment()
    tools.logger.info(messages.received, told + more + [Attribute(LogField.duration, seconds)])
    return .json { bytes in
      answer.appendUnclosed(to: &bytes)
      if let traceID = Self.traceID {
        bytes.append(contentsOf: #","trace_id":"#.utf8)
        bytes.append(json: traceID)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  /// The backend's own status and detail; 502 where it has answered what no client of ours would understand.
  private func errorAnswer(_ response: ClientResponse, detail: JSONValue?) -> Response {
    guard response.statusCode >= 400 else {
      return .detail(.badGateway, "Backend gave an answer that makes no sense", traceID: Self.traceID)
    }
    let detail = detail ?? .string("Backend answered with status \(response.statusCode)")
    var answer = Response.detail(response.status, detail, traceID: Self.traceID)
    if let retryAfter = response.header(.retryAfter) { answer.append(.retryAfter, retryAfter) }
    return answer
  }

  private func failure(_ error: ClientError, label: String) throws -> Response {
    let (status, answer) = outcome(of: error)
    guard let answer else { throw CancellationError() }
    metrics.requests(label, status).increment()
    return answer
  }

  private func outcome(of error: ClientError) -> (status: String, answer: Response?) {
    let failure = CallFailure(error)
    func answer(_ detail: String) -> Response {
      .failure(HTTPError(failure.status, detail), traceID: Self.traceID)
    }
    switch failure {
    case .cancelled: return ("", nil)
    case .timedOut:
      tools.logger.error("Backend request timed out", told)
      return ("timeout", answer("Backend request timed out"))
    case .malformed:
      tools.logger.error(messages.failed, told + [Attribute(LogField.error, "\(error)")])
      return ("error", answer("Backend gave an answer that makes no sense"))
    case .unavailable:
      tools.logger.error("Failed to connect to backend", told)
      return ("connection_error", answer("Could not connect to backend at \(base)"))
    }
  }

  /// The request's trace, for its answer.
  private static var traceID: String? {
    OTelSpan.current.flatMap { $0.spanContext.isValid ? "\($0.spanContext.traceID)" : nil }
  }
}
