/// Field names this library or its usual callers look up, recognised once at parse time so that later look-ups compare
/// one byte.
enum KnownField: UInt8, Sendable {
  case other
  case accept, acceptEncoding, authorization, baggage, connection, contentEncoding, contentLength, contentType, cookie
  case date, expect, forwarded, host, keepAlive, location, retryAfter, server, trailer, transferEncoding, traceparent
  case tracestate, upgrade, userAgent, xForwardedFor, xForwardedHost, xForwardedProto

  /// `name` is a token (RFC 9110 §5.6.2), compared without case.
  @inline(__always)
  init(_ name: Span<UInt8>) {
    switch name.count {
    case 4 where ByteClass.matches(name, literal: "host"): self = .host
    case 4 where ByteClass.matches(name, literal: "date"): self = .date
    case 6: self = KnownField.ofSix(name)
    case 7: self = KnownField.ofSeven(name)
    case 8 where ByteClass.matches(name, literal: "location"): self = .location
    case 9 where ByteClass.matches(name, literal: "forwarded"): self = .forwarded
    case 10: self = KnownField.ofTen(name)
    case 11 where ByteClass.matches(name, literal: "traceparent"): self = .traceparent
    case 11 where ByteClass.matches(name, literal: "retry-after"): self = .retryAfter
    case 12 where ByteClass.matches(name, literal: "content-type"): self = .contentType
    case 13 where ByteClass.matches(name, literal: "authorization"): self = .authorization
    case 14 where ByteClass.matches(name, literal: "content-length"): self = .contentLength
    case 15 where ByteClass.matches(name, literal: "accept-encoding"): self = .acceptEncoding
    case 15 where ByteClass.matches(name, literal: "x-forwarded-for"): self = .xForwardedFor
    case 16: self = KnownField.ofSixteen(name)
    case 17 where ByteClass.matches(name, literal: "transfer-encoding"): self = .transferEncoding
    case 17 where ByteClass.matches(name, literal: "x-forwarded-proto"): self = .xForwardedProto
    default: self = .other
    }
  }

  private static func ofSix(_ name: Span<UInt8>) -> KnownField {
    if ByteClass.matches(name, literal: "accept") { return .accept }
    if ByteClass.matches(name, literal: "expect") { return .expect }
    if ByteClass.matches(name, literal: "cookie") { return .cookie }
    return ByteClass.matches(name, literal: "server") ? .server : .other
  }

  private static func ofSeven(_ name: Span<UInt8>) -> KnownField {
    if ByteClass.matches(name, literal: "baggage") { return .baggage }
    if ByteClass.matches(name, literal: "upgrade") { return .upgrade }
    return ByteClass.matches(name, literal: "trailer") ? .trailer : .other
  }

  private static func ofTen(_ name: Span<UInt8>) -> KnownField {
    if ByteClass.matches(name, literal: "connection") { return .connection }
    if ByteClass.matches(name, literal: "user-agent") { return .userAgent }
    if ByteClass.matches(name, literal: "tracestate") { return .tracestate }
    return ByteClass.matches(name, literal: "keep-alive") ? .keepAlive : .other
  }

  private static func ofSixteen(_ name: Span<UInt8>) -> KnownField {
    if ByteClass.matches(name, literal: "content-encoding") { return .contentEncoding }
    return ByteClass.matches(name, literal: "x-forwarded-host") ? .xForwardedHost : .other
  }
}
