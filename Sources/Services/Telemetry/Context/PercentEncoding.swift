import LoopHTTP

/// Percent-encoding of RFC 3986 §2.1 on bytes.
package enum PercentEncoding {
  /// The bytes that `text` stands for; nil when a `%` is not followed by two hexadecimal digits.
  static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var decoded: [UInt8] = []
    var iterator = text.makeIterator()
    while let byte = iterator.next() {
      guard byte == UInt8(ascii: "%") else {
        decoded.append(byte)
        continue
      }
      guard
        let high = iterator.next().flatMap(ByteClass.hexValue),
        let low = iterator.next().flatMap(ByteClass.hexValue)
      else { return nil }
      decoded.append(high << 4 | low)
    }
    return decoded
  }

  /// `text` with every byte encoded that `isAllowed` refuses.
  package static func encode(_ text: String, allowing isAllowed: (UInt8) -> Bool) -> String {
    guard !text.utf8.allSatisfy(isAllowed) else { return text }
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    for byte in text.utf8 {
      if isAllowed(byte) {
        encoded.append(byte)
      } else {
        encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xf)]]
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }
}
