/// An absolute `http` URL, taken apart (RFC 3986 §3): where to connect and what to ask for.
public struct ClientURL: Hashable, Sendable {
  /// Host and port: connections to the same origin are shared.
  public struct Origin: Hashable, Sendable {
    /// A name or address, IPv6 without brackets.
    public let host: String
    /// 80 where the URL names none.
    public let port: UInt16
  }

  /// Where to connect.
  public let origin: Origin
  /// Path and query as they stand in the request line, at least `/`.
  public let target: String

  /// Throws `unsupportedScheme` for anything but `http`, `invalidURL` for user information, control characters, spaces
  /// or a port that is none. A fragment is dropped.
  public init(_ text: String) throws(ClientError) {
    guard let schemeEnd = text.range(of: "://") else { throw .invalidURL(text) }
    let scheme = text[..<schemeEnd.lowerBound].lowercased()
    guard scheme == "http" else { throw .unsupportedScheme(scheme) }
    let rest = text[schemeEnd.upperBound...].prefix { $0 != "#" }
    guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .invalidURL(text) }
    let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    guard let origin = ClientURL.origin(rest[..<authorityEnd]) else { throw .invalidURL(text) }
    self.origin = origin
    let target = rest[authorityEnd...]
    self.target = target.first == "/" ? String(target) : "/" + target
  }

  /// The same origin with another path and query.
  public init(origin: Origin, target: String) {
    self.origin = origin
    self.target = target
  }

  private static func origin(_ text: Substring) -> Origin? {
    guard let authority = Authority(text.utf8.span) else { return nil }
    let start = text.utf8.index(text.startIndex, offsetBy: authority.host.lowerBound)
    let end = text.utf8.index(start, offsetBy: authority.host.count)
    return Origin(host: String(text[start..<end]), port: authority.port ?? 80)
  }
}

extension ClientURL.Origin: CustomStringConvertible {
  /// As it stands in the `Host` field: the port only where it is not 80, IPv6 in brackets.
  public var description: String {
    let name = host.utf8.contains(UInt8(ascii: ":")) ? "[" + host + "]" : host
    return port == 80 ? name : name + ":" + String(port)
  }
}

extension ClientURL: CustomStringConvertible {
  /// The whole URL.
  public var description: String { "http://" + origin.description + target }
}

extension String {
  fileprivate func range(of separator: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(separator) { return start..<index(start, offsetBy: separator.count) }
      start = index(after: start)
    }
    return nil
  }
}
