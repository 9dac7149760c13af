internal import HTTPTypes

/// The head of a response to be sent, RFC 9112 §4 to §6, and content that fits beside it. All is checked and measured first
/// and then copied into room that was made once: most responses are little more than a head.
enum ResponseHead {
  /// `Date: Sun, 06 Nov 1994 08:49:37 GMT` and the line's end: always as long, and no reference to count.
  typealias DateLine = InlineArray<37, UInt8>

  /// How the content's length is told.
  enum Framing {
    /// The status allows no content, or the end of the connection ends it.
    case none
    case length(Int)
    case chunked
  }

  /// Appends the head to its empty line, and then `content`. Without a `phrase` the status is 200 OK. `dateLine` is left out
  /// where the fields have a date, and nothing else that is told here may be among them. Throws, and appends nothing, where a
  /// value would end its line early or the status is not one of a final response, for which the client would go on waiting
  /// (RFC 9110 §15.2).
  static func append(
    _ status: Int,
    phrase: String?,
    dateLine: DateLine,
    hasDate: Bool,
    contentType: MediaType?,
    fields: [OutgoingField],
    _ connection: ExchangeState.ConnectionField,
    _ framing: Framing,
    content: Span<UInt8>,
    to output: inout [UInt8]
  ) throws(WireError) {
    var size = fixedBytes + content.count
    if let phrase {
      guard 200..<600 ~= status else { throw .outgoingStatus }
      try MessageWriter.checkValue(phrase)
      size += phrase.utf8.count
    }
    if case .other(let text) = contentType?.kind {
      try MessageWriter.checkValue(text)
      size += text.utf8.count
    }
    for field in fields {
      if let fault = field.fault { throw fault }
      size += field.name.rawName.utf8.count + field.value.utf8.count + fieldBytes
    }
    output.append(addingCapacity: size) { output in
      if let phrase {
        StatusLine.append(status, phrase: phrase, to: &output)
      } else {
        output.append("HTTP/1.1 200 OK\r\n")
      }
      if !hasDate { output.append(copying: dateLine.span) }
      if let contentType { append(contentType, to: &output) }
      for field in fields {
        output.append(copying: field.name.rawName)
        output.append(": ")
        output.append(copying: field.value)
        output.append("\r\n")
      }
      append(connection, to: &output)
      append(framing, to: &output)
      output.append("\r\n")
      output.append(copying: content)
    }
  }

  /// The longest status line, the date and the fields with a usual value: fewer than 220 bytes.
  private static let fixedBytes = 256
  /// Colon, space and line end.
  private static let fieldBytes = 4

  @inline(__always)
  private static func append(_ contentType: MediaType, to output: inout OutputSpan<UInt8>) {
    output.append("Content-Type: ")
    if case .other(let text) = contentType.kind { output.append(copying: text) }
    if let text = contentType.kind.literal { output.append(text) }
    output.append("\r\n")
  }

  @inline(__always)
  private static func append(_ connection: ExchangeState.ConnectionField, to output: inout OutputSpan<UInt8>) {
    switch connection {
    case .omitted: break
    case .keepAlive: output.append("Connection: keep-alive\r\n")
    case .close: output.append("Connection: close\r\n")
    }
  }

  @inline(__always)
  private static func append(_ framing: Framing, to output: inout OutputSpan<UInt8>) {
    switch framing {
    case .none: break
    case .length(let count):
      output.append("Content-Length: ")
      output.append(decimal: count)
      output.append("\r\n")
    case .chunked: output.append("Transfer-Encoding: chunked\r\n")
    }
  }
}

extension OutputSpan<UInt8> {
  /// The digits of a number that is not negative. There must be room for 19.
  fileprivate mutating func append(decimal number: Int) {
    if number >= 100 {
      append(decimal: number / 10)
    } else if number >= 10 {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10))
    }
    append(digit: number)
  }
}
