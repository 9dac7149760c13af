/// The character classes that trace context's and baggage's grammars are made of.
enum ByteClass {
  /// OWS of RFC 9110 §5.6.3: a space or a tab.
  static func isOptionalWhitespace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09
  }

  /// `lcalpha` of W3C Trace Context §3.3.1.
  static func isLowercaseLetter(_ byte: UInt8) -> Bool {
    (0x61...0x7a).contains(byte)
  }

  /// `DIGIT`.
  static func isDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte)
  }

  /// `tchar` of RFC 9110 §5.6.2, of which a token is made.
  static func isTokenCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    case 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2e, 0x5e...0x60, 0x7c, 0x7e: true
    default: false
    }
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
