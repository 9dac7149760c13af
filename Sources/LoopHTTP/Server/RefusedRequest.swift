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

extension KnownMethod {
  /// As in a request's line; nil for those that only their text tells apart.
  @inline(__always)
  var method: HTTPRequest.Method? {
    switch self {
    case .get: .get
    case .head: .head
    case .post: .post
    case .put: .put
    case .delete: .delete
    case .connect: .connect
    case .options: .options
    case .trace: .trace
    case .patch: .patch
    case .other: nil
    }
  }
}
