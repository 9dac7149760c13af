internal import HTTPTypes

/// Which trailers may be told to those who read the message, RFC 9110 §6.5.1.
enum TrailerRule {
  /// What must be known before the content, or is dangerous where it is merged with the head unseen: framing and
  /// connection, routing, request modifiers, authentication, response control, and how the content is to be read.
  private static let refused = [
    "connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    "forwarded", "host", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto",
    "cache-control", "expect", "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since",
    "max-forwards", "pragma", "range",
    "authorization", "cookie", "proxy-authenticate", "proxy-authorization", "set-cookie", "www-authenticate",
    "age", "date", "expires", "location", "retry-after", "vary", "warning",
    "content-encoding", "content-range", "content-type",
  ]

  /// `name` is a token (RFC 9110 §5.6.2).
  static func allows(_ name: Span<UInt8>) -> Bool {
    for other in refused where ByteClass.matches(name, other) { return false }
    return true
  }
}

extension MessageTrailers {
  /// The fields that may be trailers, in their order; the others are left out (RFC 9112 §7.1.2).
  var allowedFields: HTTPFields {
    var allowed = HTTPFields()
    for field in fields where TrailerRule.allows(bytes.span.extracting(field.name.bounds)) {
      guard let name = HTTPField.Name(text(field.name)) else { continue }
      allowed.append(HTTPField(name: name, value: text(field.value)))
    }
    return allowed
  }

  private func text(_ range: ByteRange) -> String {
    String(decoding: bytes[range.bounds], as: UTF8.self)
  }
}
