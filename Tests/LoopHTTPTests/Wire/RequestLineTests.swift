import Testing

@testable import LoopHTTP

/// RFC 9112 §2.2, §2.3 and §3.
@Suite struct RequestLineTests {
  @Test func plainRequest() {
    expectRequest(
      wire("GET /roll?n=2 HTTP/1.1", "Host: a", "Accept:\t */* ", "", ""),
      [.head("GET /roll?n=2 1.1; Host=a; Accept=*/* | none"), .end(trailers: [])]
    )
  }

  @Test func oneEmptyLineBeforeTheRequestLineIsIgnored() {
    expectRequest(
      wire("", "GET / HTTP/1.1", "Host: a", "", ""),
      [.head("GET / 1.1; Host=a | none"), .end(trailers: [])]
    )
    expectRefused(wire("", "", "GET / HTTP/1.1", "Host: a", "", ""), .badMethod)
  }

  @Test func pipelinedRequestsComeInOrder() {
    expectRequest(
      wire("POST /1 HTTP/1.1", "Host: a", "Content-Length: 3", "", "abcGET /2 HTTP/1.1", "Host: b", "", ""),
      [
        .head("POST /1 1.1; Host=a; Content-Length=3 | length 3"), .body("abc"), .end(trailers: []),
        .head("GET /2 1.1; Host=b | none"), .end(trailers: []),
      ]
    )
  }

  @Test func laterMinorVersionsAreProcessedAs11() {
    expectRequest(
      wire("GET / HTTP/1.7", "Host: a", "", ""),
      [.head("GET / 1.1; Host=a | none"), .end(trailers: [])]
    )
  }

  @Test(arguments: [
    ("GET / HTTP/2.0", WireError.unsupportedVersion), ("GET / HTTP/0.9", .unsupportedVersion),
    ("PRI * HTTP/2.0", .badTarget), ("GET / HTTP/1.10", .badVersion), ("GET / HTTP/1", .badVersion),
    ("GET / http/1.1", .badVersion), ("GET / HTTP/1,1", .badVersion), ("GET / HTTP/١.1", .badVersion),
    ("GET / ", .badVersion), ("GET /", .badTarget), ("GET", .badMethod), ("GET  / HTTP/1.1", .badTarget),
    ("GET /  HTTP/1.1", .badVersion), ("GET / HTTP/1.1 ", .badVersion), ("GET /a b HTTP/1.1", .badVersion),
    (" GET / HTTP/1.1", .badMethod), ("GET\t/ HTTP/1.1", .badMethod), ("G(T / HTTP/1.1", .badMethod),
    ("GET /#fragment HTTP/1.1", .badTarget), ("GET /é HTTP/1.1", .badTarget), ("GET /\u{0} HTTP/1.1", .badTarget),
    ("GET relative HTTP/1.1", .badTarget), ("GET * HTTP/1.1", .badTarget), ("GET ftp://a/ HTTP/1.1", .badTarget),
    ("GET http:///x HTTP/1.1", .badTarget), ("GET http://u@a/ HTTP/1.1", .badTarget),
    ("CONNECT / HTTP/1.1", .badTarget), ("CONNECT a HTTP/1.1", .badTarget), ("CONNECT a:99999 HTTP/1.1", .badTarget),
    ("GET a:80 HTTP/1.1", .badTarget), ("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1", .methodTooLong),
  ])
  func malformedLineIsRefusedBeforeTheNextOne(line: String, error: WireError) {
    expectRefused(line + "\r\n", error)
  }

  @Test func bareLineEndsAreRefused() {
    expectRefused("GET / HTTP/1.1\nHost: a\n\n", .bareLineFeed)
    expectRefused("GET / HTTP/1.1\rHost: a\r\r", .bareCarriageReturn)
    expectRefused("\rGET / HTTP/1.1\r\n", .bareCarriageReturn)
    expectRefused("\nGET / HTTP/1.1\r\n", .badMethod)
  }

  @Test func otherProtocolsAreRefusedAtTheirFirstByte() {
    expectRefused("\u{16}", .badMethod)
    expectRefused("\u{0}", .badMethod)
  }

  @Test func targetUpToItsLimit() {
    var limits = WireLimits()
    limits.targetBytes = 10
    expectRequest(
      wire("GET /123456789 HTTP/1.1", "Host: a", "", ""),
      [.head("GET /123456789 1.1; Host=a | none"), .end(trailers: [])],
      limits: limits
    )
    expectRefused("GET /1234567890", .targetTooLong, limits: limits)
  }

  @Test(arguments: [
    ("GET /a/b?x=1?y HTTP/1.1", TargetForm.origin, "", "/a/b", "x=1?y"),
    ("GET /a? HTTP/1.1", .origin, "", "/a", ""),
    ("GET http://h:81/a?q HTTP/1.1", .absolute, "h:81", "/a", "q"),
    ("GET HTTPS://h?q HTTP/1.1", .absolute, "h", "", "q"),
    ("OPTIONS * HTTP/1.1", .asterisk, "", "*", ""),
    ("CONNECT [::1]:80 HTTP/1.1", .authority, "[::1]:80", "", ""),
  ])
  func targetIsSplit(line: String, form: TargetForm, authority: String, path: String, query: String) throws {
    let head = try parsedHead(wire(line, "Host: a", "", ""))
    func text(_ range: ByteRange) -> String { String(decoding: head.bytes[range.bounds], as: UTF8.self) }
    #expect(head.targetForm == form)
    #expect(text(head.authority) == authority)
    #expect(text(head.path) == path)
    #expect(text(head.query) == query)
  }

  @Test(arguments: [
    ("GET", KnownMethod.get), ("HEAD", .head), ("POST", .post), ("PUT", .put), ("DELETE", .delete),
    ("OPTIONS", .options), ("TRACE", .trace), ("PATCH", .patch), ("get", .other), ("BREW", .other),
  ])
  func methodsAreKnownInTheirOwnCase(name: String, method: KnownMethod) throws {
    #expect(try parsedHead(wire("\(name) / HTTP/1.1", "Host: a", "", "")).methodID == method)
  }
}

/// The head of a request that is valid as far as its head goes.
func parsedHead(_ text: String) throws -> MessageHead {
  var parser = MessageParser(role: .request, limits: WireLimits())
  var head = MessageHead()
  let bytes = Array(text.utf8)
  let step = try parser.next(bytes.span, head: &head)
  try #require(step.event == .head)
  return head
}
