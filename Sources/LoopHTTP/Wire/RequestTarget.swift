/// Splits a request target into its form and parts, RFC 9112 §3.2 and RFC 3986 §3.
enum RequestTarget {
  /// Sets form, authority, path and query of `head` from its method and target. `input` holds the head to the target's
  /// end. The target is known to hold visible ASCII without `#`; its first `?`, or else its end, is at `pathEnd`.
  @inline(__always)
  static func split(_ input: Span<UInt8>, pathEnd: Int, _ head: inout MessageHead) throws(WireError) {
    let target = head.target.bounds
    if head.methodID == .connect {
      try splitAuthority(input, target, &head)
    } else if input[target.lowerBound] == UInt8(ascii: "/") {
      head.targetForm = .origin
      splitPath(target, pathEnd, &head)
    } else if head.methodID == .options, ByteClass.equals(input.extracting(target), literal: "*") {
      head.targetForm = .asterisk
      head.path = head.target
    } else {
      try splitAbsolute(input, target, pathEnd, &head)
    }
  }

  @inline(__always)
  private static func splitPath(_ bounds: Range<Int>, _ pathEnd: Int, _ head: inout MessageHead) {
    head.path = ByteRange(bounds.lowerBound..<pathEnd)
    head.query = ByteRange(min(pathEnd + 1, bounds.upperBound)..<bounds.upperBound)
  }

  /// CONNECT alone names host and port, and must name both (RFC 9110 §9.3.6).
  private static func splitAuthority(
    _ input: Span<UInt8>,
    _ bounds: Range<Int>,
    _ head: inout MessageHead
  ) throws(WireError) {
    let authority = input.extracting(bounds)
    guard Authority(authority)?.port != nil else { throw .badTarget }
    head.targetForm = .authority
    head.authority = head.target
  }

  private static func splitAbsolute(
    _ input: Span<UInt8>,
    _ bounds: Range<Int>,
    _ pathEnd: Int,
    _ head: inout MessageHead
  ) throws(WireError) {
    let start = try bounds.lowerBound + schemeLength(input.extracting(bounds))
    var end = start
    while end < pathEnd, input[end] != UInt8(ascii: "/") { end += 1 }
    guard Authority(input.extracting(start..<end)) != nil else { throw .badTarget }
    head.targetForm = .absolute
    head.authority = ByteRange(start..<end)
    splitPath(end..<bounds.upperBound, pathEnd, &head)
  }

  /// Only the schemes of RFC 9110 §4.2 name something an HTTP server can answer for.
  private static func schemeLength(_ target: Span<UInt8>) throws(WireError) -> Int {
    if target.count > 7, ByteClass.matches(target.extracting(first: 7), literal: "http://") { return 7 }
    if target.count > 8, ByteClass.matches(target.extracting(first: 8), literal: "https://") { return 8 }
    throw .badTarget
  }
}
