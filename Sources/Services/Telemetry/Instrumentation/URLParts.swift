/// The parts of an absolute URL that a span shows (RFC 3986 §3), without secrets. Made for each request, so it looks at bytes.
struct URLParts: Sendable, Hashable {
  /// In lower case; empty when the text is no absolute URL.
  let scheme: String
  /// Host and port; nil when the text is no absolute URL.
  let authority: String?
  /// The whole, with credentials and signatures replaced by `REDACTED`, and without the fragment.
  let redacted: String

  init(_ url: String) {
    let text = url[..<(url.utf8.firstIndex(of: UInt8(ascii: "#")) ?? url.endIndex)]
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), text[colon...].utf8.starts(with: "://".utf8) else {
      (scheme, authority, redacted) = ("", nil, String(text))
      return
    }
    scheme = text[..<colon].lowercased()
    let rest = text[text.utf8.index(colon, offsetBy: 3)...]
    let end = rest.utf8.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
    let credentialsEnd = rest[..<end].utf8.lastIndex(of: UInt8(ascii: "@"))
    let host = credentialsEnd.map { rest[rest.utf8.index(after: $0)..<end] } ?? rest[..<end]
    authority = String(host)
    let tail = Self.redacted(String(rest[end...]))
    redacted = "\(scheme)://\(credentialsEnd == nil ? "" : "REDACTED:REDACTED@")\(host)\(tail)"
  }

  /// Path and query, without the query's secrets.
  private static func redacted(_ target: String) -> String {
    guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return target }
    let query = HTTPSpan.redactedQuery(String(target[target.utf8.index(after: mark)...]))
    return "\(target[..<mark])?\(query)"
  }
}
