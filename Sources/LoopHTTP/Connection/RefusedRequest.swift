public import HTTPTypes

/// A request that no route and no middleware has seen: it breaks the protocol or a limit, or did not come in time. The
/// connection has answered it and ends.
public struct RefusedRequest: Sendable {
  /// Its method; nil where that has not come, or is none of RFC 9110 §9 or PATCH.
  public let method: HTTPRequest.Method?
  /// What it is answered, 4xx or 5xx.
  public let status: HTTPResponse.Status
  /// One line for people, without anything that the client sent.
  public let reason: String
}
