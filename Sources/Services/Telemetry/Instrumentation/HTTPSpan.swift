import LoopHTTP

/// What SERVER and CLIENT spans have in common (OpenTelemetry semantic conventions, "HTTP spans").
enum HTTPSpan {
  /// `{method} {target}`, or `{method}` without a target; an unknown method is called `HTTP`. Never a raw path.
  static func name(method: String, target: String?) -> String {
    let method = HTTPMethodLabel.value(of: method) == method ? method : "HTTP"
    guard let target else { return method }
    return method + " " + target
  }

  /// Appends the method, and for an unknown one what it was.
  static func append(method: String, to attributes: inout [Attribute]) {
    let label = HTTPMethodLabel.value(of: method)
    attributes.append(Attribute(.httpRequestMethod, label))
    if label != method { attributes.append(Attribute(.httpRequestMethodOriginal, method)) }
  }

  /// Sets how an exchange ended: the status that was answered, and what went wrong.
  static func end(_ data: inout SpanData, _ limits: AttributeLimits, status: Int?, errorType: String?) {
    if let status { data.attributes.set(Attribute(.httpResponseStatusCode, status), limits: limits) }
    if let errorType {
      data.attributes.set(Attribute(.errorType, errorType), limits: limits)
      data.setStatus(.error(nil))
    }
  }

  /// Host and port of `host`, `host:port`, `[v6]` and `[v6]:port`; nil for what is none of these.
  static func split(authority text: String) -> (address: String, port: Int?)? {
    let bytes = text.utf8.span
    guard let authority = Authority(bytes) else { return nil }
    return (String(ascii: bytes.extracting(authority.host)), authority.port.map(Int.init))
  }

  /// The address of `v4`, `v4:port`, `v6`, `[v6]` and `[v6]:port`, as proxies write them; a port may be a name there.
  static func address(ofNode node: String) -> String {
    if node.utf8.first == UInt8(ascii: "[") { return String(node.dropFirst().prefix { $0 != "]" }) }
    let hasPort = node.utf8.count { $0 == UInt8(ascii: ":") } == 1
    return hasPort ? String(node.prefix { $0 != ":" }) : node
  }

  /// The first member of a comma-separated list, which the proxy next to the client wrote; nil where that is empty.
  static func first(of list: String) -> String? {
    let member = ByteClass.trimming(list.utf8.prefix { $0 != UInt8(ascii: ",") })
    return member.isEmpty ? nil : String(Substring(member))
  }

  /// The scheme that the client used where proxies stand between: what the first one says in a `Forwarded` or an
  /// `X-Forwarded-Proto` field; nil where none does.
  static func scheme(forwarded: String?, forwardedProto: String?) -> String? {
    forwarded.flatMap { ForwardedElement(firstOf: $0).scheme } ?? forwardedProto.flatMap(scheme(firstOf:))
  }

  /// The first scheme of a list, in lower case; nil for one that is not HTTP's.
  static func scheme(firstOf list: String) -> String? {
    let scheme = first(of: list)?.lowercased()
    return scheme == "http" || scheme == "https" ? scheme : nil
  }

  /// 443 for https, else 80.
  static func defaultPort(ofScheme scheme: String) -> Int {
    scheme == "https" ? 443 : 80
  }

  /// The URL without its query's secrets. It has no credentials: no `ClientURL` has.
  static func redacted(_ url: ClientURL) -> ClientURL {
    guard let mark = url.target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return url }
    let query = url.target[url.target.utf8.index(after: mark)...]
    guard mayHoldSecret(query.utf8.span) else { return url }
    return ClientURL(origin: url.origin, target: "\(url.target[..<mark])?\(redactedQuery(String(query)))")
  }

  /// The query with the values of keys that sign requests replaced by `REDACTED`.
  static func redactedQuery(_ query: String) -> String {
    guard mayHoldSecret(query.utf8.span) else { return query }
    let separator = UInt8(ascii: "&")
    let items = query[...].utf8.split(separator: separator, omittingEmptySubsequences: false)
    guard items.contains(where: isSecret) else { return query }
    return items.map { item in
      isSecret(item) ? Substring(item.prefix { $0 != UInt8(ascii: "=") }) + "=REDACTED" : Substring(item)
    }.joined(separator: "&")
  }

  /// False where no key has the length and first letter of a secret one, or AWS's first letter: nearly always, and without
  /// taking it apart.
  private static func mayHoldSecret(_ query: Span<UInt8>) -> Bool {
    var length = 0
    var first: UInt8 = 0
    var isKey = true
    for index in query.indices {
      let byte = query[index]
      switch byte {
      case UInt8(ascii: "&"):
        length = 0
        isKey = true
      case UInt8(ascii: "="):
        if isKey, secretKeys.contains(where: { $0.utf8.count == length && $0.utf8.first == first | 0x20 }) {
          return true
        }
        isKey = false
      case UInt8(ascii: "x"), UInt8(ascii: "X"):
        if isKey, length == 0 { return true }
        length += 1
      default:
        if length == 0 { first = byte }
        length += 1
      }
    }
    return false
  }

  private static func isSecret(_ item: Substring.UTF8View) -> Bool {
    guard let equals = item.firstIndex(of: UInt8(ascii: "=")) else { return false }
    let key = String(Substring(item[..<equals])).lowercased()
    return secretKeys.contains(key) || key.hasPrefix("x-amz-")
  }

  /// Query keys that carry signatures, beside AWS's `X-Amz-*`: Azure's, AWS's older ones, Google Cloud's.
  private static let secretKeys = ["sig", "signature", "awsaccesskeyid", "x-goog-signature"]
}
