internal import HTTPTypes

/// The methods of RFC 9110 §9 and PATCH (RFC 5789), recognised once at parse time. Methods are case-sensitive.
enum KnownMethod: UInt8, Sendable {
  case other, get, head, post, put, delete, connect, options, trace, patch

  @inline(__always)
  init(_ bytes: Span<UInt8>) {
    switch bytes.count {
    case 3 where ByteClass.equals(bytes, literal: "GET"): self = .get
    case 3 where ByteClass.equals(bytes, literal: "PUT"): self = .put
    case 4 where ByteClass.equals(bytes, literal: "POST"): self = .post
    case 4 where ByteClass.equals(bytes, literal: "HEAD"): self = .head
    case 5 where ByteClass.equals(bytes, literal: "PATCH"): self = .patch
    case 5 where ByteClass.equals(bytes, literal: "TRACE"): self = .trace
    case 6 where ByteClass.equals(bytes, literal: "DELETE"): self = .delete
    case 7 where ByteClass.equals(bytes, literal: "OPTIONS"): self = .options
    case 7 where ByteClass.equals(bytes, literal: "CONNECT"): self = .connect
    default: self = .other
    }
  }

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
