import HTTPTypes

/// What an attempt to export came to (OTLP specification, "OTLP/HTTP Response" and "All Other Responses").
enum OTLPReply: Sendable, Hashable {
  /// Taken, as far as the body says.
  case accepted
  /// May go well later, no sooner than after the given time if there is one.
  case retry(after: Duration?, reason: String)
  /// May go well later; nobody took the request, `reason` tells why.
  case unreachable(reason: String)
  /// May go well at once; but the request was on its way, and may itself be what ended the exchange.
  case interrupted(reason: String)
  /// Will never go well.
  case refused(reason: String)

  /// Judges an answer. `now` is in seconds since 1970, for a `Retry-After` with a date.
  init(status: Int, headerFields: HTTPFields, now: Int) {
    switch status {
    case 200..<300:
      self = .accepted
    case 429, 502, 503, 504:
      let delay = headerFields[.retryAfter].flatMap { RetryAfter.delay($0, now: now) }
      self = .retry(after: delay, reason: "status \(status)")
    default:
      self = .refused(reason: "status \(status)")
    }
  }

  /// Judges the lack of an answer.
  init(_ error: OTLPTransportError) {
    switch error {
    case .unreachable(let reason): self = .unreachable(reason: reason)
    case .disconnected: self = .interrupted(reason: "connection closed without an answer")
    // Not among the "retryable" failures: what took a receiver too long once does so again, and others wait behind it.
    case .timedOut: self = .refused(reason: "no answer in time")
    case .cancelled: self = .retry(after: nil, reason: "cancelled")
    case .malformedResponse: self = .refused(reason: "malformed answer")
    case .invalidURL: self = .refused(reason: "unusable URL")
    }
  }
}
