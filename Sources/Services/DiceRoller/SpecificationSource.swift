import DieService
import Logging
import LoopHTTP
import ServiceCore
import Telemetry

/// Asks die-service for a die, and counts and logs how that went.
struct SpecificationSource: Sendable {
  let client: DieServiceClient
  let metrics: RollerMetrics
  let logger: Logger

  /// The die of that name; throws the answer that the roller's own caller gets.
  func die(_ name: String, failureMessage: Logger.Message) async throws -> Die {
    logger.info("Querying die service for specification", metadata: ["identifier": .string(name)])
    let start = EventLoop.monotonicNanoseconds()
    do throws(DieServiceClient.Failure) {
      let specification = try await client.specification(of: name)
      let seconds = Double(EventLoop.monotonicNanoseconds() - start) / 1e9
      metrics.dieServiceDuration.observe(seconds)
      metrics.dieServiceRequests(metrics.labels.learn(name), "success").increment()
      logger.info(
        "Die specification retrieved from service",
        metadata: [
          "identifier": .string(name), "faces": .stringConvertible(specification.faces),
          "error_rate": .stringConvertible(specification.errorRate), "duration": .stringConvertible(seconds),
        ]
      )
      OTelSpan.current?.setAttributes([
        Attribute(.dieFaces, .intArray(specification.faces.map(Int64.init))),
        Attribute(.dieErrorRate, specification.errorRate),
      ])
      return Die(name: name, specification: specification)
    } catch {
      metrics.dieServiceDuration.observe(Double(EventLoop.monotonicNanoseconds() - start) / 1e9)
      throw report(error, name, failureMessage)
    }
  }

  private func report(
    _ failure: DieServiceClient.Failure,
    _ name: String,
    _ failureMessage: Logger.Message
  ) -> any Error {
    let status = failure.label
    guard let status else { return CancellationError() }
    metrics.dieServiceRequests(metrics.label(name), status).increment()
    let identifier: Logger.Metadata = ["identifier": .string(name)]
    switch failure {
    case .unknownDie(_, let status), .answered(let status): warn(name, status: status)
    case .timedOut: logger.error("Die service request timed out", metadata: identifier)
    case .unavailable: logger.error("Failed to connect to die service", metadata: identifier)
    case .malformed, .cancelled: break
    }
    var fields: Logger.Metadata = ["die_type": .string(name)]
    // Of the other failures a line of their own has said what it was.
    if case .malformed = failure { fields["error"] = .string(failure.httpError.detail) }
    logger.error(failureMessage, metadata: fields)
    return failure.httpError
  }

  private func warn(_ name: String, status: Int) {
    logger.warning(
      "Die service returned error",
      metadata: ["identifier": .string(name), "status_code": .stringConvertible(status)]
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
