/// Integers as clients of the services may write them: `5`, `+5`, `05`, `1.0`, `1_0`, with blanks around.
enum IntegerText {
  /// The integer, the nearest `Int` where it does not fit; nil for what is none.
  static func parse(_ text: String) -> Int? {
    var rest = Substring(text)
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    var isNegative = false
    if let sign = rest.first, sign == "-" || sign == "+" {
      isNegative = sign == "-"
      rest.removeFirst()
    }
    if let point = rest.firstIndex(of: ".") {
      let fraction = rest[rest.index(after: point)...]
      guard !fraction.isEmpty, fraction.utf8.allSatisfy({ $0 == UInt8(ascii: "0") }) else { return nil }
      rest = rest[..<point]
    }
    return magnitude(rest.utf8).map { isNegative ? -$0 : $0 }
  }

  /// Digits with single underscores between them.
  private static func magnitude(_ digits: Substring.UTF8View) -> Int? {
    var value = 0
    var mayEnd = false
    for byte in digits {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        let (product, overflows) = value.multipliedReportingOverflow(by: 10)
        let (sum, carries) = product.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
        value = overflows || carries ? .max : sum
        mayEnd = true
      case UInt8(ascii: "_") where mayEnd: mayEnd = false
      default: return nil
      }
    }
    return mayEnd ? value : nil
  }
}
