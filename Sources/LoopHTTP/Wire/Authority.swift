/// `uri-host [ ":" port ]` taken apart, RFC 9110 §7.2 and RFC 3986 §3.2.2, without user information (RFC 9110 §4.2.4).
package struct Authority {
  /// Where the host lies in the bytes, an IPv6 address without its brackets; never empty.
  package let host: Range<Int>
  /// Nil where none is named, as by a colon alone.
  package let port: UInt16?

  /// Nil for what is no host, or has something else behind it than a port of at most 65535.
  package init?(_ bytes: Span<UInt8>) {
    let length = Authority.hostLength(bytes)
    guard length > 0 else { return nil }
    host = bytes[0] == UInt8(ascii: "[") ? 1..<(length - 1) : 0..<length
    guard length + 1 < bytes.count else {
      guard length == bytes.count || bytes[length] == UInt8(ascii: ":") else { return nil }
      port = nil
      return
    }
    guard bytes[length] == UInt8(ascii: ":"), let port = Authority.port(bytes.extracting((length + 1)...)) else {
      return nil
    }
    self.port = port
  }

  /// How many bytes at the start are a host; 0 when none are.
  private static func hostLength(_ bytes: Span<UInt8>) -> Int {
    guard bytes.count > 0 else { return 0 }
    if bytes[0] == UInt8(ascii: "[") { return literalLength(bytes) }
    var end = bytes.endOfRegisteredName(from: 0)
    while end < bytes.count, bytes[end] == UInt8(ascii: "%") {
      guard isEscape(bytes, at: end) else { return 0 }
      end = bytes.endOfRegisteredName(from: end + 3)
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
      let isDelimiter = bytes[index] == UInt8(ascii: ":") || bytes[index] == UInt8(ascii: "%")
      guard isDelimiter || ByteClass.isRegisteredName(bytes[index]) else { return 0 }
    }
    return 0
  }

  /// Digits only, to 65535.
  private static func port(_ bytes: Span<UInt8>) -> UInt16? {
    guard bytes.count <= 5 else { return nil }
    var port = 0
    for index in bytes.indices {
      guard ByteClass.isDigit(bytes[index]) else { return nil }
      port = port * 10 + Int(bytes[index] - UInt8(ascii: "0"))
    }
    return UInt16(exactly: port)
  }
}
