import LoopHTTP

/// An address of an OTLP receiver as users write it.
struct OTLPEndpoint: Sendable, Hashable {
  /// `scheme://authority`, the scheme in lower case.
  let origin: String
  /// The path; may be empty.
  let path: String
  /// The query with its question mark; empty without one.
  let query: String

  /// Nil unless it is an absolute http or https URL with a host and, if any, a port that can be.
  init?(_ text: String) {
    guard let separator = text.firstRange(of: "://") else { return nil }
    let scheme = text[..<separator.lowerBound].lowercased()
    let rest = text[separator.upperBound...]
    let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
    let authority = rest[..<end]
    guard
      scheme == "http" || scheme == "https",
      text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
      let parts = Authority(authority.utf8.span), parts.port != 0
    else { return nil }
    origin = "\(scheme)://\(authority)"
    // A fragment is not for the receiver (RFC 9110 §4.2.5).
    let target = rest[end...].prefix { $0 != "#" }
    path = String(target.prefix { $0 != "?" })
    query = String(target.dropFirst(path.count))
  }

  /// Whether the scheme asks for TLS.
  var isSecure: Bool { origin.hasPrefix("https:") }

  /// The address as it is, with `/` for an empty path.
  var url: String {
    origin + (path.isEmpty ? "/" : path) + query
  }

  /// The address with `suffix` at the end of the path, after exactly one slash.
  func appending(_ suffix: String) -> String {
    var base = path[...]
    while base.hasSuffix("/") { base.removeLast() }
    return "\(origin)\(base)/\(suffix)\(query)"
  }
}
