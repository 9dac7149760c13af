import Testing

@testable import LoopHTTP

/// RFC 9112 §5 and RFC 9110 §5, with `Host` from RFC 9112 §3.2.
@Suite struct FieldTests {
  private static let start = "GET / HTTP/1.1\r\nHost: a\r\n"

  @Test(arguments: [
    ("X : 1\r\n", WireError.spaceBeforeColon), ("X\t: 1\r\n", .spaceBeforeColon), (": 1\r\n", .emptyFieldName),
    (" folded\r\n", .foldedField), ("\tfolded\r\n", .foldedField), ("X\r\n", .badFieldName),
    ("X(: 1\r\n", .badFieldName),
    ("X\u{0}: 1\r\n", .badFieldName), ("\u{212a}: 1\r\n", .badFieldName), ("X: a\u{0}b\r\n", .badFieldValue),
    ("X: a\u{7f}b\r\n", .badFieldValue), ("X: a\u{1b}[2J\r\n", .badFieldValue), ("X: a\rb\r\n", .bareCarriageReturn),
    ("X: a\nb\r\n", .bareLineFeed), ("\n", .bareLineFeed), ("\rX", .bareCarriageReturn), ("X\n: 1\r\n", .bareLineFeed),
  ])
  func malformedFieldIsRefused(field: String, error: WireError) {
    expectRefused(FieldTests.start + field, error)
  }

  @Test func foldedValueIsRefused() {
    expectRefused(FieldTests.start + "X: a\r\n b\r\n\r\n", .foldedField)
    expectRefused("GET / HTTP/1.1\r\n Host: a\r\n\r\n", .foldedField)
  }

  @Test func valuesLoseOnlySurroundingWhiteSpace() {
    expectRequest(
      FieldTests.start + "A:\r\nB:  \t \r\nC:x  y\t\r\nD: é\r\n\r\n",
      [.head("GET / 1.1; Host=a; A=; B=; C=x  y; D=é | none"), .end(trailers: [])]
    )
  }

  @Test(arguments: [
    ("", WireError.missingHost), ("Host: a\r\nHost: a\r\n", .repeatedHost), ("Host: a\r\nhOST: b\r\n", .repeatedHost),
    ("Host:\r\n", .badHost), ("Host: a b\r\n", .badHost), ("Host: a/b\r\n", .badHost), ("Host: u@a\r\n", .badHost),
    ("Host: a:port\r\n", .badHost), ("Host: a:70000\r\n", .badHost), ("Host: [::1\r\n", .badHost),
    ("Host: a,b:1:2\r\n", .badHost), ("Host: a%2\r\n", .badHost), ("Host: é\r\n", .badHost), ("Host: []\r\n", .badHost),
    ("Host: :80\r\n", .badHost), ("Host: ::1\r\n", .badHost), ("Host: a%20%\r\n", .badHost),
    ("Host: %zz\r\n", .badHost), ("Host: a%41%4\r\n", .badHost), ("Host: a%41/\r\n", .badHost),
  ])
  func hostIsExactlyOneAndValid(fields: String, error: WireError) {
    expectRefused("GET / HTTP/1.1\r\n" + fields + "\r\n", error)
  }

  @Test(arguments: [
    "a", "a:", "a:8080", "127.0.0.1:1", "[::1]:80", "[2001:db8::1]", "x_y.example%20", "%41%42:1", "a%2Db%2dc",
  ])
  func validHosts(host: String) {
    expectRequest(
      wire("GET / HTTP/1.1", "Host: \(host)", "", ""),
      [.head("GET / 1.1; Host=\(host) | none"), .end(trailers: [])]
    )
  }

  @Test func hostMayBeMissingIn10AndEmptyForAsterisk() {
    expectRequest("GET / HTTP/1.0\r\n\r\n", [.head("GET / 1.0 | none"), .end(trailers: [])])
    expectRequest(
      "OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n",
      [.head("OPTIONS * 1.1; Host= | none"), .end(trailers: [])]
    )
    expectRefused("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", .repeatedHost)
  }

  @Test func fieldCountIsLimited() {
    var limits = WireLimits()
    limits.fieldCount = 2
    expectRequest(
      FieldTests.start + "A: 1\r\n\r\n",
      [.head("GET / 1.1; Host=a; A=1 | none"), .end(trailers: [])],
      limits: limits
    )
    expectRefused(FieldTests.start + "A: 1\r\nB: 2\r\n", .tooManyFields, limits: limits)
  }

  @Test func headSizeIsLimited() {
    var limits = WireLimits()
    limits.headBytes = 40
    let padding = String(repeating: "x", count: 40 - FieldTests.start.utf8.count - 7)
    expectRequest(
      FieldTests.start + "A: \(padding)\r\n\r\n",
      [.head("GET / 1.1; Host=a; A=\(padding) | none"), .end(trailers: [])],
      limits: limits
    )
    expectRefused(FieldTests.start + "A: \(padding)x\r\n\r\n", .headTooLarge, limits: limits)
    expectRefused(FieldTests.start + "A: \(padding)xxxxxxxxxxxxxxxxxx", .headTooLarge, limits: limits)
  }

  @Test(arguments: [
    "Connection", "Content-Length", "Content-Type", "Date", "Expect", "Host", "Keep-Alive", "Proxy-Connection", "TE",
    "Trailer", "Transfer-Encoding", "Upgrade",
  ])
  func knownNamesAreKnownInAnyCase(name: String) {
    let expected = name.split(separator: "-").joined().lowercased()
    for spelling in [name, name.lowercased(), name.uppercased()] {
      let known = KnownField(Array(spelling.utf8).span)
      #expect("\(known)".lowercased() == expected)
    }
    #expect(KnownField(Array((name + "x").utf8).span) == .other)
    #expect(KnownField(Array((name.dropLast() + "~").utf8).span) == .other)
  }

  @Test func tokenBytesAreThoseOfTheGrammar() {
    let letters = "abcdefghijklmnopqrstuvwxyz"
    let token = Set("!#$%&'*+-.^_`|~0123456789\(letters)\(letters.uppercased())".utf8)
    for byte in UInt8.min...UInt8.max { #expect(ByteClass.isToken(byte) == token.contains(byte)) }
  }

  /// Eight bytes are looked at as one number: whatever stands beside a byte must not change what is said of it.
  @Test(arguments: ["x", "0", ".", "-", "~", "%"].map(Character.init), [0, 7, 12])
  func aRunEndsWhereverItsFirstStrangerLies(filler: Character, second: Int) throws {
    let ends: [(end: (borrowing Span<UInt8>) -> Int, isMember: (UInt8) -> Bool)] = [
      ({ $0.endOfFieldValue(from: 0) }, { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7f) }),
      ({ $0.endOfTarget(from: 0) }, { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }),
      ({ $0.endOfPath(from: 0) }, { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "?") }),
      ({ $0.endOfToken(from: 0) }, ByteClass.isToken),
      ({ $0.endOfRegisteredName(from: 0) }, ByteClass.isRegisteredName),
      ({ $0.endOfQuotedASCII(from: 0) }, { $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }),
      ({ $0.firstIndex(of: UInt8(ascii: "?"), from: 0) }, { $0 != UInt8(ascii: "?") }),
    ]
    let filling = try #require(filler.asciiValue)
    for byte in UInt8.min...UInt8.max {
      for position in 0..<20 {
        var bytes = [UInt8](repeating: filling, count: 20)
        bytes[position] = byte
        bytes[(position + second) % 20] = byte
        for (end, isMember) in ends {
          #expect(end(bytes.span) == bytes.firstIndex { !isMember($0) } ?? 20)
        }
      }
    }
  }

  @Test func aHeadIsNeverExaminedTwice() throws {
    let padding = String(repeating: "x", count: 7000)
    let text = wire("GET / HTTP/1.1", "Host: a", "A: \(padding)", "\(padding): b", "", "")
    var parser = MessageParser(role: .request, limits: WireLimits())
    var head = MessageHead()
    var pending: [UInt8] = []
    var examined = 0
    for byte in text.utf8.dropLast() {
      pending.append(byte)
      #expect(try parser.next(pending.span, head: &head).event == .needMore)
      // At most the line end is waited for, so every byte but the last two has been left behind.
      #expect(parser.examinedHeadBytes >= max(examined, pending.count - 2))
      examined = parser.examinedHeadBytes
    }
    #expect(examined >= text.utf8.count - 2)
  }
}
