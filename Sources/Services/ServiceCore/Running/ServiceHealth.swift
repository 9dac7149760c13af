import HTTPTypes
import LoopHTTP
import Synchronization
public import Telemetry

/// Whether a service takes requests, as its probes tell it.
public final class ServiceHealth: Sendable {
  /// The phases of a service's life.
  public enum Phase: String, Sendable {
    /// It has not begun to serve.
    case starting
    /// It serves.
    case ready
    /// It was told to end.
    case draining
  }

  private let phase = Mutex(Phase.starting)
  private let exports: ExportStatistics

  /// Starting; `exports` is told in the verbose answer.
  public init(exports: ExportStatistics) {
    self.exports = exports
  }

  /// Moves on to the next phase; never back.
  public func enter(_ next: Phase) {
    phase.withLock { phase in
      switch (phase, next) {
      case (.starting, .ready), (.starting, .draining), (.ready, .draining): phase = next
      case (_, .starting), (.ready, .ready), (.draining, .ready), (.draining, .draining): break
      }
    }
  }

  /// What `/livez` answers: the process is there.
  func livenessResponse() -> Response {
    .json(["status": "ok"])
  }

  /// What `/readyz` answers: 200 only while requests are wanted.
  func readinessResponse(isVerbose: Bool) -> Response {
    let phase = phase.withLock { $0 }
    let status: HTTPResponse.Status = phase == .ready ? .ok : .serviceUnavailable
    var answer: JSONValue = ["status": .string(phase.rawValue)]
    if isVerbose {
      let exports = exports.snapshot
      let exporter: JSONValue = [
        "queued": .number(String(exports.queued)),
        "exported": .number(String(exports.exported)),
        "dropped": .number(String(exports.dropped)),
        "failed": .number(String(exports.failed)),
        "retries": .number(String(exports.retries)),
        "last_success": exports.lastSuccess.map { .number(String($0)) } ?? .null,
      ]
      let reasons: [JSONValue] = phase == .ready ? [] : [.string("the service is \(phase.rawValue)")]
      answer = ["status": .string(phase.rawValue), "reasons": .array(reasons), "exporter": exporter]
    }
    var response = Response.json(answer, status: status)
    if phase != .ready { response.append(.retryAfter, "1") }
    return response
  }
}
