/// What SERVER and CLIENT spans have in common (OpenTelemetry semantic conventions, "HTTP spans").
enum HTTPSpan {
  /// `{method} {target}`, or `{method}` without a target; an unknown method is called `HTTP`. Never a raw path.
  static func name(method: String, target: String?) -> String {
    let method = HTTPMethodLabel.value(of: method) == method ? method : "HTTP"
    guard let target else { return method }
    return "\(method) \(target)"
  }

  /// The method, and for an unknown one what it was.
  static func methodAttributes(_ method: String) -> [Attribute] {
    let label = HTTPMethodLabel.value(of: method)
    if label == method { return [Attribute(.httpRequestMethod, method)] }
    return [Attribute(.httpRequestMethod, label), Attribute(.httpRequestMethodOriginal, method)]
  }

  /// Host and port of `host`, `host:port`, `[v6]` and `[v6]:port`; what is no port counts as part of nothing.
  static func split(authority: String) -> (address: String, port: Int?) {
    if authority.first == "[", let close = authority.firstIndex(of: "]") {
      let rest = authority[authority.index(after: close)...]
      return (String(authority[authority.index(after: authority.startIndex)..<close]), port(rest))
    }
    guard let colon = authority.firstIndex(of: ":") else { return (authority, nil) }
    return (String(authority[..<colon]), port(authority[colon...]))
  }

  private static func port(_ suffix: Substring) -> Int? {
    guard suffix.first == ":", let port = Int(suffix.dropFirst()), (0...65_535).contains(port) else { return nil }
    return port
  }

  /// 443 for https, else 80.
  static func defaultPort(ofScheme scheme: String) -> Int {
    scheme == "https" ? 443 : 80
  }

  /// The query with the values of keys that sign requests replaced by `REDACTED`.
  static func redactedQuery(_ query: String) -> String {
    let separator = UInt8(ascii: "&")
    let items = query[...].utf8.split(separator: separator, omittingEmptySubsequences: false)
    guard items.contains(where: isSecret) else { return query }
    return items.map { item in
      isSecret(item) ? Substring(item.prefix { $0 != UInt8(ascii: "=") }) + "=REDACTED" : Substring(item)
    }.joined(separator: "&")
  }

  private static func isSecret(_ item: Substring.UTF8View) -> Bool {
    guard let equals = item.firstIndex(of: UInt8(ascii: "=")) else { return false }
    let key = String(Substring(item[..<equals])).lowercased()
    return secretKeys.contains(key) || key.hasPrefix("x-amz-")
  }

  /// Query keys that carry signatures, beside AWS's `X-Amz-*`: Azure's, AWS's older ones, Google Cloud's.
  private static let secretKeys: Set<String> = ["sig", "signature", "awsaccesskeyid", "x-goog-signature"]
}
