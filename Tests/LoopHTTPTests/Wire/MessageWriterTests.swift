import Testing

@testable import LoopHTTP

/// What leaves, byte for byte, and what must never leave.
@Suite struct MessageWriterTests {
  private func written(_ write: (inout [UInt8]) throws -> Void) rethrows -> String {
    var output: [UInt8] = []
    try write(&output)
    return String(decoding: output, as: UTF8.self)
  }

  @Test(arguments: [
    (200, nil, "HTTP/1.1 200 OK\r\n"), (404, nil, "HTTP/1.1 404 Not Found\r\n"), (299, nil, "HTTP/1.1 299 \r\n"),
    (799, nil, "HTTP/1.1 799 \r\n"), (200, "Fine", "HTTP/1.1 200 Fine\r\n"), (200, "", "HTTP/1.1 200 \r\n"),
    (100, nil, "HTTP/1.1 100 Continue\r\n"), (511, nil, "HTTP/1.1 511 Network Authentication Required\r\n"),
  ])
  func statusLine(status: Int, reason: String?, line: String) throws {
    #expect(try written { try MessageWriter.appendStatusLine(status, reason: reason, to: &$0) } == line)
  }

  @Test func everyErrorHasAStatusWithAPhrase() {
    for error in WireError.allCases {
      #expect(StatusLine.phrase(error.status) != nil)
      #expect(!error.reason.isEmpty)
    }
  }

  @Test func headOfAResponse() throws {
    let text = try written {
      try MessageWriter.appendStatusLine(200, to: &$0)
      try MessageWriter.appendField("A", "é \t;", to: &$0)
      try MessageWriter.appendField("B", Array("2".utf8), to: &$0)
      MessageWriter.appendContentLength(0, to: &$0)
      MessageWriter.appendChunked(to: &$0)
      MessageWriter.appendHeadEnd(to: &$0)
    }
    #expect(
      text == "HTTP/1.1 200 OK\r\nA: é \t;\r\nB: 2\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
  }

  @Test(arguments: [0, 9, 10, 99, 100, 1_000_000, Int.max])
  func contentLength(count: Int) {
    #expect(written { MessageWriter.appendContentLength(count, to: &$0) } == "Content-Length: \(count)\r\n")
  }

  @Test(arguments: [(1, "1"), (15, "f"), (16, "10"), (255, "ff"), (4096, "1000")])
  func chunk(count: Int, size: String) {
    let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: count)
    let expected = "\(size)\r\n" + String(repeating: "x", count: count) + "\r\n"
    #expect(written { MessageWriter.appendChunk(bytes.span, to: &$0) } == expected)
  }

  @Test func anEmptyChunkIsNotWrittenBecauseItWouldEndTheBody() {
    #expect(written { MessageWriter.appendChunk([UInt8]().span, to: &$0) } == "")
  }

  @Test func lastChunk() throws {
    #expect(try written { try MessageWriter.appendLastChunk(to: &$0) } == "0\r\n\r\n")
    #expect(try written { try MessageWriter.appendLastChunk(trailers: [("A", "1")], to: &$0) } == "0\r\nA: 1\r\n\r\n")
  }

  @Test(arguments: ["a\r\nInjected: 1", "a\rb", "a\nb", "a\u{0}b", "\u{7f}", "\u{1b}", "\r\n"])
  func controlCharactersNeverLeaveInAValue(value: String) {
    var output: [UInt8] = []
    #expect(throws: WireError.outgoingFieldValue) { try MessageWriter.appendField("A", value, to: &output) }
    #expect(throws: WireError.outgoingFieldValue) {
      try MessageWriter.appendField("A", Array(value.utf8), to: &output)
    }
    #expect(throws: WireError.outgoingFieldValue) {
      try MessageWriter.appendStatusLine(200, reason: value, to: &output)
    }
    #expect(throws: WireError.outgoingFieldValue) {
      try MessageWriter.appendLastChunk(trailers: [("A", "1"), ("B", value)], to: &output)
    }
    #expect(output.isEmpty)
  }

  @Test(arguments: ["", "a b", "a:", "a\r\n", "é", "a\u{0}"])
  func namesAreTokens(name: String) {
    var output: [UInt8] = []
    #expect(throws: WireError.outgoingFieldName) { try MessageWriter.appendField(name, "1", to: &output) }
    #expect(output.isEmpty)
  }

  @Test func requestLine() throws {
    let line = try written { try MessageWriter.appendRequestLine(method: "GET", target: "/a?b=%20", to: &$0) }
    #expect(line == "GET /a?b=%20 HTTP/1.1\r\n")
  }

  @Test(arguments: ["", "/a b", "/a\r\nX: 1", "/a\u{0}", "/é", "/a#b", "/\t"])
  func targetsCannotEndTheLine(target: String) {
    var output: [UInt8] = []
    #expect(throws: WireError.outgoingTarget) {
      try MessageWriter.appendRequestLine(method: "GET", target: target, to: &output)
    }
    #expect(throws: WireError.outgoingMethod) {
      try MessageWriter.appendRequestLine(method: "GET /", target: "/", to: &output)
    }
    #expect(output.isEmpty)
  }
}
