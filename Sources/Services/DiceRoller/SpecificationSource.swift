import DieService
import LoopHTTP
import ServiceCore
import Telemetry

/// Asks die-service for a die, and counts and logs how that went.
struct SpecificationSource: Sendable {
  let client: DieServiceClient
  let metrics: RollerMetrics
  let logger: OTelLogger

  /// The die of that name; throws the answer that the roller's own caller gets.
  func die(_ name: String, failureMessage: String) async throws -> Die {
    let span = OTelSpan.current
    logger.info("Querying die service for specification", [Attribute(LogField.identifier, name)], in: span)
    let watch = Stopwatch()
    do throws(DieServiceClient.Failure) {
      let specification = try await client.specification(of: name)
      let seconds = watch.seconds
      metrics.dieServiceDuration.observe(seconds)
      metrics.dieServiceRequests(metrics.labels.learn(name), "success").increment()
      logger.info(
        "Die specification retrieved from service",
        [
          Attribute(LogField.identifier, name), Attribute(LogField.faces, specification.faces),
          Attribute(LogField.errorRate, specification.errorRate), Attribute(LogField.duration, seconds),
        ],
        in: span
      )
      span?.setAttributes([
        Attribute(.dieFaces, specification.faces), Attribute(.dieErrorRate, specification.errorRate),
      ])
      return Die(name: name, specification: specification)
    } catch {
      metrics.dieServiceDuration.observe(watch.seconds)
      throw report(error, name, failureMessage)
    }
  }

  private func report(
    _ failure: DieServiceClient.Failure,
    _ name: String,
    _ failureMessage: String
  ) -> any Error {
    let status = failure.label
    guard let status else { return CancellationError() }
    metrics.dieServiceRequests(metrics.label(name), status).increment()
    let identifier = Attribute(LogField.identifier, name)
    switch failure {
    case .unknownDie(_, let status), .answered(let status): warn(name, status: status)
    case .timedOut: logger.error("Die service request timed out", [identifier])
    case .unavailable: logger.error("Failed to connect to die service", [identifier])
    case .malformed, .cancelled: break
    }
    var told = [Attribute(LogField.dieType, name)]
    // Of the other failures a line of their own has said what it was.
    if case .malformed = failure { told.append(Attribute(LogField.error, failure.httpError.detail)) }
    logger.error(failureMessage, told)
    return failure.httpError
  }

  private func warn(_ name: String, status: Int) {
    logger.warning(
      "Die service returned error",
      [Attribute(LogField.identifier, name), Attribute(LogField.statusCode, status)]
    )
  }
}

extension DieServiceClient.Failure {
  /// The value of the label `status`; nil for what is not counted.
  fileprivate var label: String? {
    switch self {
    case .unknownDie(_, let status), .answered(let status): "error_\(status)"
    case .timedOut: "timeout"
    case .unavailable: "connection_error"
    case .malformed: "error"
    case .cancelled: nil
    }
  }
}
