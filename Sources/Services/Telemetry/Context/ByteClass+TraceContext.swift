import LoopHTTP

/// The character classes that trace context's and baggage's grammars have besides those of HTTP.
extension ByteClass {
  /// `lcalpha` of W3C Trace Context §3.3.1.
  static func isLowercaseLetter(_ byte: UInt8) -> Bool {
    (0x61...0x7a).contains(byte)
  }

  /// `baggage-octet` of W3C Baggage §3.3.1.4: printable ASCII without space, quote, comma, semicolon and backslash.
  static func isBaggageOctet(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21, 0x23...0x2b, 0x2d...0x3a, 0x3c...0x5b, 0x5d...0x7e: true
    default: false
    }
  }

  /// `text` without the optional white space around it.
  static func trimming(_ text: Substring.UTF8View) -> Substring.UTF8View {
    var rest = text
    while let first = rest.first, isOptionalWhitespace(first) { rest = rest.dropFirst() }
    while let last = rest.last, isOptionalWhitespace(last) { rest = rest.dropLast() }
    return rest
  }
}
