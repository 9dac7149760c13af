import Testing

@testable import LoopHTTP

/// RFC 9112 §4 and §6.3 as a client reads them.
@Suite struct ResponseTests {
  private static let ok = "HTTP/1.1 200 OK\r\n"

  @Test func bodyWithLengthOrChunks() {
    expectResponse(
      ResponseTests.ok + "Content-Length: 2\r\n\r\nhi",
      [.head("200 OK 1.1; Content-Length=2 | length 2"), .body("hi"), .end(trailers: [])]
    )
    expectResponse(
      ResponseTests.ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nT: 1\r\n\r\n",
      [.head("200 OK 1.1; Transfer-Encoding=chunked | chunked"), .body("hi"), .end(trailers: ["T=1"])]
    )
  }

  @Test func bodyUntilClose() {
    expectResponse(
      "HTTP/1.0 200 OK\r\n\r\nhi",
      [.head("200 OK 1.0 | until close"), .body("hi"), .end(trailers: [])],
      endsInput: true
    )
    expectResponse(
      ResponseTests.ok + "\r\n",
      [.head("200 OK 1.1 | until close"), .end(trailers: [])],
      endsInput: true
    )
  }

  @Test func bodyUntilCloseIsLimited() {
    var limits = WireLimits()
    limits.bodyBytes = 4
    let head = WireTranscript.Entry.head("200 OK 1.0 | until close")
    let start = "HTTP/1.0 200 OK\r\n\r\n"
    expectResponse(start + "four", [head, .body("four"), .end(trailers: [])], endsInput: true, limits: limits)
    expectResponse(start + "fours", [head, .body("four"), .error(.bodyTooLarge)], endsInput: true, limits: limits)
  }

  @Test func limitsMayBeAsLargeAsIntegersAre() {
    var limits = WireLimits()
    limits.headBytes = .max
    limits.targetBytes = .max
    limits.bodyBytes = .max
    expectResponse(
      ResponseTests.ok + "Content-Length: 1\r\n\r\nx",
      [.head("200 OK 1.1; Content-Length=1 | length 1"), .body("x"), .end(trailers: [])],
      limits: limits
    )
    expectRequest("GET / HTTP/1.0\r\n\r\n", [.head("GET / 1.0 | none"), .end(trailers: [])], limits: limits)
  }

  @Test(arguments: ["204 No Content", "304 Not Modified"])
  func statusWithoutBodyIgnoresLength(status: String) {
    expectResponse(
      "HTTP/1.1 \(status)\r\nContent-Length: 9\r\n\r\n",
      [.head("\(status) 1.1; Content-Length=9 | none"), .end(trailers: [])]
    )
  }

  @Test func answerToHeadHasNoBody() {
    let text = ResponseTests.ok + "Content-Length: 9\r\n\r\n"
    let entries: [WireTranscript.Entry] = [.head("200 OK 1.1; Content-Length=9 | none"), .end(trailers: [])]
    expectResponse(text, entries, answers: [(toHead: true, toConnect: false)])
    expectResponse(text + text, entries + entries, answers: [(true, false), (true, false)])
  }

  @Test func interimResponsesComeBeforeTheFinalOne() {
    expectResponse(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n",
      [
        .head("100 Continue 1.1 | none"), .end(trailers: []), .head("103 Early Hints 1.1; Link=x | none"),
        .end(trailers: []), .head("200 OK 1.1; Content-Length=1 | none"), .end(trailers: []),
      ],
      answers: [(toHead: true, toConnect: false)]
    )
  }

  @Test func nothingIsParsedAfterASwitchOfProtocols() {
    expectResponse(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nHTTP/1.1 200 OK\r\n",
      [.head("101 Switching Protocols 1.1; Upgrade=x | none"), .end(trailers: []), .error(.unexpectedBytes)]
    )
    expectResponse(
      ResponseTests.ok + "Content-Length: 3\r\n\r\nabc",
      [.head("200 OK 1.1; Content-Length=3 | none"), .end(trailers: []), .error(.unexpectedBytes)],
      answers: [(toHead: false, toConnect: true)]
    )
  }

  @Test func refusedConnectHasABody() {
    expectResponse(
      "HTTP/1.1 407 No\r\nContent-Length: 1\r\n\r\nx",
      [.head("407 No 1.1; Content-Length=1 | length 1"), .body("x"), .end(trailers: [])],
      answers: [(toHead: false, toConnect: true)]
    )
  }

  @Test func responseNobodyAskedForIsRefused() {
    let text = ResponseTests.ok + "Content-Length: 0\r\n\r\n"
    expectResponse(
      text + text,
      [.head("200 OK 1.1; Content-Length=0 | length 0"), .end(trailers: []), .error(.unexpectedBytes)]
    )
  }

  @Test(arguments: [
    ("HTTP/1.1 200\r\n", "200 "), ("HTTP/1.1 200 \r\n", "200 "), ("HTTP/1.1 200 Très bien\r\n", "200 Très bien"),
    ("HTTP/1.1 599 x\r\n", "599 x"),
  ])
  func reasonIsOptional(line: String, start: String) {
    expectResponse(
      line + "Content-Length: 0\r\n\r\n",
      [.head("\(start) 1.1; Content-Length=0 | length 0"), .end(trailers: [])]
    )
  }

  @Test(arguments: [
    ("SSH-2.0", WireError.badStatusLine), ("\r\n", .badStatusLine), ("ICY 200", .badStatusLine),
    ("http/1", .badStatusLine),
    ("HTTP/1.1 20\r\n", .badStatusLine), ("HTTP/1.1 2000\r\n", .badStatusLine), ("HTTP/1.1 099\r\n", .badStatusLine),
    ("HTTP/1.1 600\r\n", .badStatusLine), ("HTTP/1.1 999 Busy\r\n", .badStatusLine),
    ("HTTP/1.1  200\r\n", .badStatusLine), ("HTTP/1.1 +20\r\n", .badStatusLine),
    ("HTTP/1.1\t200\r\n", .badStatusLine), ("HTTP/1.1-200 OK\r\n", .badStatusLine),
    ("HTTP/2.0 200\r\n", .unsupportedVersion),
    ("HTTP/1.1 200 OK\n", .bareLineFeed), ("HTTP/1.1 200 O\rK\r\n", .bareCarriageReturn),
    ("HTTP/1.1 200 O\u{0}K\r\n", .badStatusLine), ("HTTP/1.x 200 OK\r\n", .badVersion),
  ])
  func malformedStatusLineIsRefused(line: String, error: WireError) {
    expectResponse(line, [.error(error)])
  }

  @Test(arguments: [
    ("Content-Length: 1\r\nContent-Length: 2\r\n", WireError.repeatedContentLength),
    ("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", .contentLengthWithTransferEncoding),
    ("Content-Length: +1\r\n", .badContentLength), ("Transfer-Encoding: gzip\r\n", .unsupportedTransferEncoding),
  ])
  func ambiguousFramingIsRefused(fields: String, error: WireError) {
    expectResponse(ResponseTests.ok + fields + "\r\n", [.error(error)])
  }

  @Test(arguments: [
    "HTTP/1.1 200 O", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc",
  ])
  func truncatedResponseIsAnError(text: String) {
    let setting = WireTranscript.Setting(role: .response, endsInput: true)
    #expect(WireTranscript.agreed(text, setting, #_sourceLocation).last == .error(.truncated))
  }
}
