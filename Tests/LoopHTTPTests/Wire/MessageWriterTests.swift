import HTTPTypes
import Testing

@testable import LoopHTTP

/// What leaves, byte for byte, and what must never leave.
@Suite struct MessageWriterTests {
  private func written(_ write: (inout [UInt8]) throws -> Void) rethrows -> String {
    var output: [UInt8] = []
    try write(&output)
    return String(decoding: output, as: UTF8.self)
  }

  /// A response's head, and its content, as the server writes them.
  private func response(
    _ status: Int = 200,
    phrase: String = "",
    type: MediaType? = nil,
    fields: [HTTPField] = [],
    _ connection: ExchangeState.ConnectionField = .omitted,
    _ framing: ResponseHead.Framing = .none,
    content: String = ""
  ) throws -> String {
    var date = ResponseHead.DateLine(repeating: UInt8(ascii: "d"))
    (date[35], date[36]) = (ByteClass.carriageReturn, ByteClass.lineFeed)
    let text = try written {
      try ResponseHead.append(
        status,
        phrase: phrase,
        dateLine: date,
        hasDate: false,
        contentType: type,
        fields: fields.map { OutgoingField($0.name, $0.value) },
        connection,
        framing,
        content: content.utf8.span,
        to: &$0
      )
    }
    return text.replacing(String(repeating: "d", count: 35) + "\r\n", with: "")
  }

  @Test(arguments: [
    (200, "HTTP/1.1 200 OK\r\n"), (404, "HTTP/1.1 404 Not Found\r\n"), (299, "HTTP/1.1 299 \r\n"),
    (425, "HTTP/1.1 425 Too Early\r\n"), (451, "HTTP/1.1 451 Unavailable For Legal Reasons\r\n"),
    (511, "HTTP/1.1 511 Network Authentication Required\r\n"),
  ])
  func statusLine(status: Int, line: String) throws {
    #expect(try response(status) == line + "\r\n")
  }

  /// RFC 9112 §4: the phrase is whatever the server says.
  @Test(arguments: [(200, "Fine"), (404, "Nothing Here"), (299, "Über")])
  func aStatusKeepsItsOwnPhrase(status: Int, phrase: String) throws {
    #expect(try response(status, phrase: phrase) == "HTTP/1.1 \(status) \(phrase)\r\n\r\n")
  }

  /// RFC 9110 §15.2: after an interim response the client waits for the final one.
  @Test(arguments: [0, 42, 100, 103, 199, 600, 999])
  func aStatusThatIsNoFinalOneIsNotSent(status: Int) {
    #expect(throws: WireError.outgoingStatus) { try response(status) }
  }

  @Test func everyErrorHasAStatusWithAPhrase() {
    for error in WireError.allCases {
      #expect(StatusLine.phrase(error.status) != nil)
      #expect(!error.reason.isEmpty)
    }
  }

  @Test func headOfAResponse() throws {
    let fields = [HTTPField(name: .server, value: "é \t;"), HTTPField(name: .age, value: "2")]
    #expect(
      try response(type: .json, fields: fields, .keepAlive, .length(2), content: "{}")
        == "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nServer: é \t;\r\nAge: 2\r\n"
        + "Connection: keep-alive\r\nContent-Length: 2\r\n\r\n{}"
    )
    #expect(
      try response(404, type: "text/x", .close, .chunked)
        == "HTTP/1.1 404 Not Found\r\nContent-Type: text/x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
  }

  @Test func aUsualMediaTypeIsTheSameHoweverItWasMade() {
    for (usual, text) in [
      (MediaType.json, "application/json"), (.plainText, "text/plain; charset=utf-8"),
      (.html, "text/html; charset=utf-8"),
    ] {
      #expect(usual.text == text && MediaType(text) == usual)
    }
    #expect(MediaType("application/jsonx") != .json && ("text/x" as MediaType).text == "text/x")
  }

  @Test(arguments: [0, 9, 10, 99, 100, 1_000_000, Int.max])
  func contentLengthOfAResponse(count: Int) throws {
    #expect(try response(200, .omitted, .length(count)) == "HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n")
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

  @Test(arguments: ["a\r\nInjected: 1", "a\rb", "a\nb", "a\u{0}b", "\u{7f}", "\u{1b}", "\r\n"])
  func controlCharactersNeverLeaveInAValue(value: String) {
    var output: [UInt8] = []
    #expect(throws: WireError.outgoingFieldValue) { try MessageWriter.appendField("A", value, to: &output) }
    #expect(throws: WireError.outgoingFieldValue) { try response(type: MediaType(value)) }
    #expect(throws: WireError.outgoingFieldValue) { try response(phrase: value) }
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
