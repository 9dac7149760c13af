import LoopHTTP

/// Which web pages may export from a browser (Fetch standard, "CORS protocol").
///
/// Only those that come from this machine, or from the host that the request itself names. A store that let any page in
/// would let every page that its user looks at push out the traces; who may write here without a browser is a matter of
/// the address that it listens on.
enum ExportOrigin {
  /// - Parameters:
  ///   - origin: The request's `Origin`, such as `http://localhost:5173`.
  ///   - authority: Its `Host`.
  static func isAllowed(_ origin: String, authority: String?) -> Bool {
    guard let host = host(ofOrigin: origin) else { return false }
    if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" || isLoopback(host) { return true }
    guard let authority, let own = try? ClientURL("http://\(authority)").origin.host else { return false }
    return host == own.lowercased()
  }

  /// Nil for `null`, which sandboxed pages and files have, and for the origins of browser extensions.
  private static func host(ofOrigin origin: String) -> String? {
    let origin = origin.lowercased()
    for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) {
      return try? ClientURL("http://" + origin.dropFirst(scheme.count)).origin.host
    }
    return nil
  }

  /// 127.0.0.0/8 as four numbers: `127.evil.example` is a name.
  private static func isLoopback(_ host: String) -> Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
