/// Field names that this library itself acts upon, recognised once at parse time so that later look-ups compare one byte.
enum KnownField: UInt8, Sendable {
  case other
  case connection, contentLength, contentType, date, expect, host, keepAlive, proxyConnection, te, trailer
  case transferEncoding, upgrade

  /// `name` is a token (RFC 9110 §5.6.2), compared without case.
  @inline(__always)
  init(_ name: Span<UInt8>) {
    switch name.count {
    case 2 where ByteClass.matches(name, literal: "te"): self = .te
    case 4 where ByteClass.matches(name, literal: "host"): self = .host
    case 4 where ByteClass.matches(name, literal: "date"): self = .date
    case 6 where ByteClass.matches(name, literal: "expect"): self = .expect
    case 7 where ByteClass.matches(name, literal: "upgrade"): self = .upgrade
    case 7 where ByteClass.matches(name, literal: "trailer"): self = .trailer
    case 10 where ByteClass.matches(name, literal: "connection"): self = .connection
    case 10 where ByteClass.matches(name, literal: "keep-alive"): self = .keepAlive
    case 12 where ByteClass.matches(name, literal: "content-type"): self = .contentType
    case 14 where ByteClass.matches(name, literal: "content-length"): self = .contentLength
    case 16 where ByteClass.matches(name, literal: "proxy-connection"): self = .proxyConnection
    case 17 where ByteClass.matches(name, literal: "transfer-encoding"): self = .transferEncoding
    default: self = .other
    }
  }
}
