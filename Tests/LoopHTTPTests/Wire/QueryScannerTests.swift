import Testing

@testable import LoopHTTP

/// WHATWG URL §5.1 and RFC 3986 §2.1.
@Suite struct QueryScannerTests {
  private func parameters(_ query: String) -> [String] {
    let bytes = Array("/p?\(query)#".utf8)
    var scanner = QueryScanner(ByteRange(3..<(bytes.count - 1)))
    var found: [String] = []
    while let parameter = scanner.next(bytes.span) {
      let name = QueryScanner.text(parameter.name, in: bytes.span)
      let value = QueryScanner.text(parameter.value, in: bytes.span)
      found.append("\(name)|\(value)")
    }
    return found
  }

  @Test(arguments: [
    ("", []), ("a=1", ["a|1"]), ("a=1&b=2&a=3", ["a|1", "b|2", "a|3"]), ("a", ["a|"]), ("a=", ["a|"]), ("=1", ["|1"]),
    ("a=b=c", ["a|b=c"]), ("&&a=1&", ["a|1"]), ("=", ["|"]), ("a+b=c+d", ["a b|c d"]), ("%61=%2B%26", ["a|+&"]),
    ("a=%C3%A9", ["a|é"]), ("a=%zz%4", ["a|%zz%4"]), ("a=%", ["a|%"]), ("a=%ff", ["a|\u{fffd}"]),
    ("a=%0d%0A", ["a|\r\n"]),
    ("a=1;b=2", ["a|1;b=2"]),
  ])
  func parametersOf(query: String, expected: [String]) {
    #expect(parameters(query) == expected)
  }

  @Test func plusStaysOutsideOfQueries() {
    #expect(PercentDecoding.decode(Array("a+b%20c".utf8).span, plusIsSpace: false) == "a+b c")
  }
}
