/// Bounds on what one HTTP/1.1 message may make this process hold.
public struct WireLimits: Sendable, Hashable {
  /// Longest request target in bytes; longer is answered 414. 8 KiB holds every URL that browsers and proxies send.
  public var targetBytes = 8 * 1024
  /// Longest head (start line and fields) in bytes; longer is answered 431. A connection reads ahead twice as much, at least
  /// 128 KiB. Holds for trailers, too.
  public var headBytes = 16 * 1024
  /// Most fields in one head; more is answered 431.
  public var fieldCount = 100
  /// Longest body in bytes; longer is answered 413. Routes may set their own.
  public var bodyBytes = 1024 * 1024

  /// The defaults of each property.
  public init() {}

  /// For how many bytes a connection must have room: where it is full, reading goes on below half of it, and that must not be
  /// in the midst of a head. Heads end at 32 bits, as `MessageParser` has it.
  var readAheadBytes: Int { min(headBytes, Int(Int32.max)) * 2 }
}
