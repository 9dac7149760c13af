import Testing

@testable import LoopHTTP

/// RFC 9112 §6 and §7.1 in requests: every case here that is refused has been a way to smuggle a request.
@Suite struct RequestFramingTests {
  private static let start = "POST / HTTP/1.1\r\nHost: a\r\n"
  private static let chunkedStart = start + "Transfer-Encoding: chunked\r\n\r\n"
  private static let chunkedHead = WireTranscript.Entry.head("POST / 1.1; Host=a; Transfer-Encoding=chunked | chunked")

  @Test(arguments: [
    "", "+5", "-5", "5 5", "5,5", "5, 5", "5,6", "0x5", "5a", "٥", "1e1", "5;", "9223372036854775808",
    "18446744073709551616", "99999999999999999999999999",
  ])
  func contentLengthIsDigitsWithinRange(value: String) {
    expectRefused(RequestFramingTests.start + "Content-Length: \(value)\r\n\r\n", .badContentLength)
  }

  @Test func contentLengthComesOnce() {
    for second in ["5", "6"] {
      expectRefused(
        RequestFramingTests.start + "Content-Length: 5\r\nContent-Length: \(second)\r\n\r\n",
        .repeatedContentLength
      )
    }
  }

  @Test func contentLengthWithTransferEncodingIsRefusedInEitherOrder() {
    let length = "Content-Length: 3\r\n"
    let coding = "Transfer-Encoding: chunked\r\n"
    expectRefused(RequestFramingTests.start + length + coding + "\r\n", .contentLengthWithTransferEncoding)
    expectRefused(RequestFramingTests.start + coding + length + "\r\n", .contentLengthWithTransferEncoding)
  }

  @Test(arguments: [
    ("", WireError.badTransferEncoding), ("chunked, identity", .badTransferEncoding),
    ("chunked, chunked", .badTransferEncoding), ("chunked,", .badTransferEncoding), (", chunked", .badTransferEncoding),
    ("chunked;q=1", .unsupportedTransferEncoding), ("\u{b}chunked", .badFieldValue),
    ("gzip, chunked", .unsupportedTransferEncoding), ("identity", .unsupportedTransferEncoding),
    ("xchunked", .unsupportedTransferEncoding), ("chun\u{212a}ed", .unsupportedTransferEncoding),
    ("\"chunked\"", .unsupportedTransferEncoding),
  ])
  func onlyOneChunkedIsAccepted(value: String, error: WireError) {
    expectRefused(RequestFramingTests.start + "Transfer-Encoding: \(value)\r\n\r\n", error)
  }

  @Test func transferEncodingComesOnceAndOnlyIn11() {
    let coding = "Transfer-Encoding: chunked\r\n"
    expectRefused(RequestFramingTests.start + coding + coding + "\r\n", .badTransferEncoding)
    expectRefused("POST / HTTP/1.0\r\nHost: a\r\n" + coding + "\r\n", .transferEncodingBefore11)
    expectRequest(
      RequestFramingTests.start + "transfer-encoding: CHUNKED\r\n\r\n0\r\n\r\n",
      [.head("POST / 1.1; Host=a; transfer-encoding=CHUNKED | chunked"), .end(trailers: [])]
    )
  }

  @Test func lengthOfZeroEndsAtOnce() {
    expectRequest(
      RequestFramingTests.start + "Content-Length: 000\r\n\r\n",
      [.head("POST / 1.1; Host=a; Content-Length=000 | length 0"), .end(trailers: [])]
    )
  }

  @Test func chunksAndTrailers() {
    expectRequest(
      RequestFramingTests.chunkedStart
        + "5\r\nhello\r\n00A;x=\"y;z\"\r\n, my world\r\n0;last\r\nSum: 1\r\nSum: 2\r\n\r\n",
      [RequestFramingTests.chunkedHead, .body("hello, my world"), .end(trailers: ["Sum=1", "Sum=2"])]
    )
  }

  @Test func aRequestAfterChunksIsTheNextOne() {
    expectRequest(
      RequestFramingTests.chunkedStart + "1\r\nx\r\n0\r\nT: 1\r\n\r\nGET /2 HTTP/1.1\r\nHost: b\r\n\r\n",
      [
        RequestFramingTests.chunkedHead, .body("x"), .end(trailers: ["T=1"]), .head("GET /2 1.1; Host=b | none"),
        .end(trailers: []),
      ]
    )
  }

  @Test(arguments: [
    ("+5\r\n", WireError.badChunkSize), ("-5\r\n", .badChunkSize), ("0x5\r\n", .badChunkSize), ("\r\n", .badChunkSize),
    (" 5\r\n", .badChunkSize), ("5 \r\n", .badChunkSize), ("5 \n", .bareLineFeed), ("5 5;x\r\n", .badChunkSize),
    (";x\r\n", .badChunkSize), ("g\r\n", .badChunkSize), ("٥\r\n", .badChunkSize), ("5\n", .bareLineFeed),
    ("5\rx", .bareCarriageReturn), ("5;x\n", .bareLineFeed), ("5;x\u{0}\r\n", .badChunkExtension),
    ("5;x\rhello", .bareCarriageReturn), ("10000000000000005\r\n", .badChunkSize),
    ("ffffffffffffffff\r\n", .badChunkSize), ("fffffffffffffff\r\n", .bodyTooLarge),
    ("0\r\nX : 1\r\n", .spaceBeforeColon), ("0\r\n folded\r\n", .foldedField),
    ("0\r\nX: a\nb\r\n", .bareLineFeed), ("0\r\nX\r\n", .badFieldName),
  ])
  func malformedChunkIsRefused(chunk: String, error: WireError) {
    expectRefused(RequestFramingTests.chunkedStart + chunk, error, after: [RequestFramingTests.chunkedHead])
  }

  /// RFC 9110 §5.6.3: "bad" white space is parsed and removed; it stands before the semicolon of an extension, and nowhere else.
  @Test func whiteSpaceMayStandBeforeAChunkExtension() {
    expectRequest(
      RequestFramingTests.chunkedStart + "5 ;x\r\nhello\r\n1 \t ; y = z\r\n!\r\n0\t;last\r\n\r\n",
      [RequestFramingTests.chunkedHead, .body("hello!"), .end(trailers: [])]
    )
  }

  @Test(arguments: ["1\r\nxx\r\n", "1\r\nx\n0\r\n\r\n", "1\r\nx\rx", "1\r\nx0\r\n\r\n"])
  func chunkEndsAfterItsSize(chunk: String) {
    let before = [RequestFramingTests.chunkedHead, .body("x")]
    expectRefused(RequestFramingTests.chunkedStart + chunk, .badChunkEnd, after: before)
  }

  @Test func chunkExtensionsAreBounded() {
    let long = String(repeating: "x", count: 256)
    expectRefused(
      RequestFramingTests.chunkedStart + "1;\(long)\r\n",
      .chunkExtensionTooLong,
      after: [RequestFramingTests.chunkedHead]
    )
    expectRefused(
      RequestFramingTests.chunkedStart + "1\(String(repeating: " ", count: 256));x\r\n",
      .chunkExtensionTooLong,
      after: [RequestFramingTests.chunkedHead]
    )
    let flood = String(repeating: "1;\(long.dropLast(6))\r\nx\r\n", count: 20)
    let entries = WireTranscript([Array((RequestFramingTests.chunkedStart + flood).utf8)[...]], .init()).entries
    #expect(entries.last == .error(.chunkExtensionTooLong))
  }

  @Test func dataPaysForChunkExtensions() {
    let part = String(repeating: "x", count: 250)
    let chunks = String(repeating: "fa;\(part)\r\n\(part)\r\n", count: 40) + "0\r\n\r\n"
    let entries = WireTranscript([Array((RequestFramingTests.chunkedStart + chunks).utf8)[...]], .init()).entries
    #expect(entries.last == .end(trailers: []))
  }

  @Test func trailersAreBounded() {
    var limits = WireLimits()
    limits.headBytes = 80
    limits.fieldCount = 3
    let before = [RequestFramingTests.chunkedHead]
    let start = RequestFramingTests.chunkedStart
    expectRefused(start + "0\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n", .trailersTooLarge, after: before, limits: limits)
    let long = String(repeating: "x", count: 80)
    expectRefused(start + "0\r\nA: \(long)\r\n\r\n", .trailersTooLarge, after: before, limits: limits)
  }

  @Test func bodyIsLimited() {
    var limits = WireLimits()
    limits.bodyBytes = 4
    let head = WireTranscript.Entry.head("POST / 1.1; Host=a; Content-Length=5 | length 5")
    expectRefused(RequestFramingTests.start + "Content-Length: 5\r\n\r\n", .bodyTooLarge, after: [head], limits: limits)
    expectRefused(
      RequestFramingTests.chunkedStart + "3\r\nabc\r\n2\r\n",
      .bodyTooLarge,
      after: [RequestFramingTests.chunkedHead, .body("abc")],
      limits: limits
    )
  }

  @Test func eachBodyHasTheWholeLimit() {
    var limits = WireLimits()
    limits.bodyBytes = 4
    let chunks = RequestFramingTests.chunkedStart + "3\r\nabc\r\n0\r\n\r\n"
    let entries: [WireTranscript.Entry] = [RequestFramingTests.chunkedHead, .body("abc"), .end(trailers: [])]
    expectRequest(chunks + chunks, entries + entries, limits: limits)
  }

  @Test func routeSetsItsOwnLimitForOneMessage() throws {
    var limits = WireLimits()
    limits.bodyBytes = 4
    let bytes = Array((RequestFramingTests.start + "Content-Length: 5\r\n\r\nhello").utf8)
    var parser = MessageParser(role: .request, limits: limits)
    var head = MessageHead()
    let headEnd = try parser.next(bytes.span, head: &head).consumed
    parser.setBodyLimit(5)
    let rest = Array(bytes[headEnd...])
    #expect(try parser.next(rest.span, head: &head) == .init(consumed: 5, event: .body(0..<5)))
    #expect(try parser.next([UInt8]().span, head: &head).event == .end)
    #expect(try parser.next(bytes.span, head: &head).event == .head)
    #expect(throws: WireError.bodyTooLarge) { try parser.next(rest.span, head: &head) }
  }

  @Test func errorsAreFinal() {
    var parser = MessageParser(role: .request, limits: WireLimits())
    var head = MessageHead()
    let bad = Array(" ".utf8)
    let good = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    #expect(throws: WireError.badMethod) { try parser.next(bad.span, head: &head) }
    #expect(throws: WireError.badMethod) { try parser.next(good.span, head: &head) }
  }

  @Test(arguments: [
    ("", nil), ("\r\n", nil), ("G", WireError.truncated), ("GET / HTTP/1.1\r\nHost: a\r\n", .truncated),
    (start + "Content-Length: 3\r\n\r\n", .truncated), (start + "Content-Length: 3\r\n\r\nab", .truncated),
    (chunkedStart + "3\r\nabc\r\n", .truncated), (chunkedStart + "0\r\n", .truncated), (chunkedStart, .truncated),
  ])
  func inputThatEndsInsideARequestIsTruncated(text: String, error: WireError?) {
    let setting = WireTranscript.Setting(endsInput: true)
    let last = WireTranscript.agreed(text, setting, #_sourceLocation).last
    #expect(last == error.map { .error($0) })
  }
}
