/// `uri-host [ ":" port ]`, RFC 9110 §7.2 and RFC 3986 §3.2.2, without user information (RFC 9110 §4.2.4).
enum Authority {
  /// Whether `bytes` are a non-empty host, optionally with a port of at most 65535.
  static func isValid(_ bytes: Span<UInt8>) -> Bool {
    let host = hostLength(bytes)
    guard host > 0 else { return false }
    guard host < bytes.count else { return true }
    return bytes[host] == UInt8(ascii: ":") && isPort(bytes.extracting((host + 1)..<bytes.count))
  }

  /// Whether a valid authority names its port.
  static func hasPort(_ bytes: Span<UInt8>) -> Bool {
    let host = hostLength(bytes)
    return host + 1 < bytes.count
  }

  /// How many bytes at the start are a host; 0 when none are.
  private static func hostLength(_ bytes: Span<UInt8>) -> Int {
    guard bytes.count > 0 else { return 0 }
    if bytes[0] == UInt8(ascii: "[") { return literalLength(bytes) }
    let end = bytes.endOfRegisteredName(from: 0)
    var escape = bytes.extracting(first: end).firstIndex(of: UInt8(ascii: "%"), from: 0)
    while escape < end {
      guard isEscape(bytes, at: escape) else { return 0 }
      escape = bytes.extracting(first: end).firstIndex(of: UInt8(ascii: "%"), from: escape + 1)
    }
    return end
  }

  private static func isEscape(_ bytes: Span<UInt8>, at index: Int) -> Bool {
    index + 2 < bytes.count && ByteClass.hexValue(bytes[index + 1]) != nil
      && ByteClass.hexValue(bytes[index + 2]) != nil
  }

  /// `[` IPv6 address or future literal `]`: the characters are checked, resolving the address is not this layer's.
  private static func literalLength(_ bytes: Span<UInt8>) -> Int {
    for index in 1..<bytes.count {
      if bytes[index] == UInt8(ascii: "]") { return index > 1 ? index + 1 : 0 }
      guard bytes[index] == UInt8(ascii: ":") || ByteClass.isRegisteredName(bytes[index]) else { return 0 }
    }
    return 0
  }

  /// Digits to 65535; the grammar allows none at all.
  private static func isPort(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count <= 5 else { return false }
    var port = 0
    for index in bytes.indices {
      guard ByteClass.isDigit(bytes[index]) else { return false }
      port = port * 10 + Int(bytes[index] - UInt8(ascii: "0"))
    }
    return port <= 65535
  }
}
