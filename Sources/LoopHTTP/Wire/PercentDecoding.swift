/// Percent-decoding of URL parts, RFC 3986 §2.1, on bytes.
enum PercentDecoding {
  /// Decodes `bytes` to text; with `plusIsSpace`, as in the query of an HTML form, `+` is a space. An escape without two
  /// hexadecimal digits stays as it is. Bytes that are not UTF-8 become U+FFFD.
  static func decode(_ bytes: Span<UInt8>, plusIsSpace: Bool) -> String {
    if isPlain(bytes, plusIsSpace: plusIsSpace), let text = try? UTF8Span(validating: bytes) {
      return String(copying: text)
    }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), let byte = escape(bytes, at: index) {
        decoded.append(byte)
        index += 3
      } else {
        decoded.append(plusIsSpace && bytes[index] == UInt8(ascii: "+") ? ByteClass.space : bytes[index])
        index += 1
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  /// Whether `bytes` are ASCII that decodes to itself.
  static func isPlain(_ bytes: Span<UInt8>, plusIsSpace: Bool) -> Bool {
    for index in bytes.indices {
      let byte = bytes[index]
      if byte >= 0x80 || byte == UInt8(ascii: "%") || (plusIsSpace && byte == UInt8(ascii: "+")) { return false }
    }
    return true
  }

  private static func escape(_ bytes: Span<UInt8>, at index: Int) -> UInt8? {
    guard index + 2 < bytes.count, let high = ByteClass.hexValue(bytes[index + 1]),
      let low = ByteClass.hexValue(bytes[index + 2])
    else { return nil }
    return high << 4 | low
  }
}
