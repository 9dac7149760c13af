import LoopHTTP

/// JSON text (RFC 8259), appended to bytes without an encoder and without an intermediate tree: a log line is
/// written while a request waits.
extension [UInt8] {
  /// Appends a JSON string with its quotes.
  ///
  /// Escaped are what RFC 8259 section 7 demands and, beyond it, every other control character (DEL, C1) and
  /// U+2028 and U+2029, because terminals obey them and line readers split at them.
  public mutating func append(json string: String) {
    if Self.mayNeedEscape(string.utf8.span) {
      append(UInt8(ascii: "\""))
      append(jsonEscaped: string)
      append(UInt8(ascii: "\""))
    } else {
      append(addingCapacity: string.utf8.count + 2) { output in
        output.append(UInt8(ascii: "\""))
        output.append(copying: string)
        output.append(UInt8(ascii: "\""))
      }
    }
  }

  /// Appends what stands between the quotes of a JSON string.
  public mutating func append(jsonEscaped string: String) {
    if Self.mayNeedEscape(string.utf8.span) {
      for scalar in string.unicodeScalars { append(jsonEscaped: scalar) }
    } else {
      append(copying: string)
    }
  }

  /// Appends a JSON number, or a string for what JSON has no number for.
  public mutating func append(json number: Double) {
    if number.isFinite {
      append(copying: number.description)
    } else {
      append(json: number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity")
    }
  }

  /// Appends a JSON integer.
  public mutating func append(json number: Int) {
    append(json: Int64(number))
  }

  /// Appends a JSON integer, without a string in between.
  public mutating func append(json number: Int64) {
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
  public mutating func append(json bool: Bool) {
    append(contentsOf: (bool ? "true" : "false").utf8)
  }

  /// Appends `[`, the items with commas between them, and `]`.
  public mutating func append<Item>(jsonArray items: [Item], _ appendItem: (inout [UInt8], Item) -> Void) {
    append(UInt8(ascii: "["))
    var isFirst = true
    for item in items {
      if !isFirst { append(UInt8(ascii: ",")) }
      isFirst = false
      appendItem(&self, item)
    }
    append(UInt8(ascii: "]"))
  }

  /// 0xc2 leads the C1 controls, 0xe2 the two separators; most strings have neither.
  private static func mayNeedEscape(_ bytes: Span<UInt8>) -> Bool {
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
      append(hex: scalar.value, digits: 4)
    default: append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
  }
}
