/// Bounds on what one HTTP/1.1 message may make this process hold.
public struct WireLimits: Sendable, Hashable {
  /// Longest request target in bytes; longer is answered 414. 8 KiB holds every URL that browsers and proxies send.
  public var targetBytes = 8 * 1024
  /// Longest head (start line and fields) in bytes; longer is answered 431.
  public var headBytes = 16 * 1024
  /// Most fields in one head; more is answered 431.
  public var fieldCount = 100
  /// Longest body in bytes; longer is answered 413. Routes may set their own.
  public var bodyBytes = 1024 * 1024

  /// The defaults of each property.
  public init() {}
}
