/// The parts of an absolute URL that a span shows (RFC 3986 §3), without secrets.
struct URLParts: Sendable, Hashable {
  /// In lower case; empty when the text is no absolute URL.
  let scheme: String
  /// Host and port; nil when the text is no absolute URL.
  let authority: String?
  /// The whole, with credentials and signatures replaced by `REDACTED`, and without the fragment.
  let redacted: String

  init(_ url: String) {
    let text = url.prefix { $0 != "#" }
    guard let separator = text.firstRange(of: "://") else {
      (scheme, authority, redacted) = ("", nil, String(text))
      return
    }
    scheme = text[..<separator.lowerBound].lowercased()
    let rest = text[separator.upperBound...]
    let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    let credentialsEnd = rest[..<end].lastIndex(of: "@")
    let host = credentialsEnd.map { rest[rest.index(after: $0)..<end] } ?? rest[..<end]
    authority = String(host)
    var tail = String(rest[end...])
    if let mark = tail.firstIndex(of: "?") {
      let query = String(tail[tail.index(after: mark)...])
      tail = tail[...mark] + HTTPSpan.redactedQuery(query)
    }
    redacted = "\(scheme)://\(credentialsEnd == nil ? "" : "REDACTED:REDACTED@")\(host)\(tail)"
  }
}
