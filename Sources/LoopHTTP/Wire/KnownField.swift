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
    case 4 where ByteClass.matches(name, "host"): self = .host
    case 4 where ByteClass.matches(name, "date"): self = .date
    case 6: self = KnownField.ofSix(name)
    case 7: self = KnownField.ofSeven(name)
    case 8 where ByteClass.matches(name, "location"): self = .location
    case 9 where ByteClass.matches(name, "forwarded"): self = .forwarded
    case 10: self = KnownField.ofTen(name)
    case 11 where ByteClass.matches(name, "traceparent"): self = .traceparent
    case 11 where ByteClass.matches(name, "retry-after"): self = .retryAfter
    case 12 where ByteClass.matches(name, "content-type"): self = .contentType
    case 13 where ByteClass.matches(name, "authorization"): self = .authorization
    case 14 where ByteClass.matches(name, "content-length"): self = .contentLength
    case 15 where ByteClass.matches(name, "accept-encoding"): self = .acceptEncoding
    case 15 where ByteClass.matches(name, "x-forwarded-for"): self = .xForwardedFor
    case 16: self = KnownField.ofSixteen(name)
    case 17 where ByteClass.matches(name, "transfer-encoding"): self = .transferEncoding
    case 17 where ByteClass.matches(name, "x-forwarded-proto"): self = .xForwardedProto
    default: self = .other
    }
  }

  private static func ofSix(_ name: Span<UInt8>) -> KnownField {
    if ByteClass.matches(name, "accept") { return .accept }
    if ByteClass.matches(name, "expect") { return .expect }
    if ByteClass.matches(name, "cookie") { return .cookie }
    return ByteClass.matches(name, "server") ? .server : .other
  }

  private static func ofSeven(_ name: Span<UInt8>) -> KnownField {
    if ByteClass.matches(name, "baggage") { return .baggage }
    if ByteClass.matches(name, "upgrade") { return .upgrade }
    return ByteClass.matches(name, "trailer") ? .trailer : .other
  }

  private static func ofTen(_ name: Span<UInt8>) -> KnownField {
    if ByteClass.matches(name, "connection") { return .connection }
    if ByteClass.matches(name, "user-agent") { return .userAgent }
    if ByteClass.matches(name, "tracestate") { return .tracestate }
    return ByteClass.matches(name, "keep-alive") ? .keepAlive : .other
  }

  private static func ofSixteen(_ name: Span<UInt8>) -> KnownField {
    if ByteClass.matches(name, "content-encoding") { return .contentEncoding }
    return ByteClass.matches(name, "x-forwarded-host") ? .xForwardedHost : .other
  }
}
