import LoopHTTP

/// How many bytes JSON text needs at most.
enum JSONRoom {
  /// A JSON integer or number with its sign, or one of the names of what JSON has no number for, in quotes.
  static let number = 26

  /// A string with its quotes: a byte becomes `\u` and four digits at worst.
  @inline(__always)
  static func string(_ text: borrowing String) -> Int {
    6 * text.utf8.count + 2
  }

  /// The items with a comma each, and brackets.
  @inline(__always)
  static func array<Item>(_ items: [Item], _ room: (Item) -> Int) -> Int {
    items.reduce(2) { $0 + room($1) + 1 }
  }
}

/// JSON text (RFC 8259), without an encoder and without an intermediate tree: a log line is written while a request waits.
/// There must be room for it.
extension OutputSpan<UInt8> {
  /// Appends a JSON string with its quotes.
  ///
  /// Escaped are what RFC 8259 section 7 demands and, beyond it, every other control character (DEL, C1) and
  /// U+2028 and U+2029, because terminals obey them and line readers split at them.
  @inline(__always)
  mutating func append(json string: borrowing String) {
    append(UInt8(ascii: "\""))
    let start = count
    append(copying: string)
    // Looked at here, for a short string has no bytes in memory before.
    if Self.mayNeedEscape(span.extracting(start...)) {
      removeLast(count - start)
      append(jsonEscaped: string)
    }
    append(UInt8(ascii: "\""))
  }

  /// Appends what stands between the quotes of a JSON string.
  mutating func append(jsonEscaped string: borrowing String) {
    for scalar in string.unicodeScalars { append(jsonEscaped: scalar) }
  }

  /// Appends a JSON number, or a string for what JSON has no number for.
  mutating func append(json number: Double) {
    // Most that lines have are whole, and `description` makes a string.
    if number.sign == .plus, number < 1_000_000, let whole = Int64(exactly: number) {
      append(json: whole)
      append(".0")
    } else if number.isFinite {
      append(copying: number.description)
    } else {
      append(json: number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity")
    }
  }

  /// Appends a JSON integer, without a string in between.
  mutating func append(json number: Int64) {
    if number < 0 { append(UInt8(ascii: "-")) }
    var rest = number.magnitude
    if rest < 10 { return append(UInt8(ascii: "0") + UInt8(rest)) }
    var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
    var start = digits.count
    while rest > 0 {
      start -= 1
      digits[start] += UInt8(rest % 10)
      rest /= 10
    }
    append(copying: digits.span.extracting(start...))
  }

  /// Appends `true` or `false`.
  mutating func append(json bool: Bool) {
    append(bool ? "true" : "false")
  }

  /// Appends `[`, the items with commas between them, and `]`.
  mutating func append<Item>(jsonArray items: [Item], _ appendItem: (inout OutputSpan<UInt8>, Item) -> Void) {
    append(UInt8(ascii: "["))
    var isFirst = true
    for item in items {
      if !isFirst { append(UInt8(ascii: ",")) }
      isFirst = false
      appendItem(&self, item)
    }
    append(UInt8(ascii: "]"))
  }

  /// Whether a string may have to be escaped. 0xc2 leads the C1 controls, 0xe2 the two separators; most strings have neither.
  static func mayNeedEscape(_ bytes: Span<UInt8>) -> Bool {
    var index = bytes.endOfQuotedASCII(from: 0)
    while index < bytes.count {
      let byte = bytes[index]
      if byte < 0x80 || byte == 0xc2 || byte == 0xe2 { return true }
      index = bytes.endOfQuotedASCII(from: index + 1)
    }
    return false
  }

  private mutating func append(jsonEscaped scalar: Unicode.Scalar) {
    switch scalar {
    case "\"": append(#"\""#)
    case "\\": append(#"\\"#)
    case "\n": append(#"\n"#)
    case "\r": append(#"\r"#)
    case "\t": append(#"\t"#)
    case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}":
      append(#"\u"#)
      append(hexadecimal: UInt8(truncatingIfNeeded: scalar.value >> 8))
      append(hexadecimal: UInt8(truncatingIfNeeded: scalar.value))
    default:
      for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { append(byte) }
    }
  }
}
