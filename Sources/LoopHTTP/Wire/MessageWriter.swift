/// Renders messages by appending to a reused buffer, RFC 9112 §3–§7. What the caller passes cannot change the framing:
/// text that would end a line or an element early is an error, and nothing of it is appended.
enum MessageWriter {
  /// A request line for HTTP/1.1. `target` is in one of the forms of RFC 9112 §3.2, already percent-encoded.
  static func appendRequestLine(method: String, target: String, to output: inout [UInt8]) throws(WireError) {
    guard isToken(method.utf8.span) else { throw .outgoingMethod }
    guard isTarget(target.utf8.span) else { throw .outgoingTarget }
    output.append(copying: method)
    output.append(ByteClass.space)
    output.append(copying: target)
    output.append(" HTTP/1.1\r\n")
  }

  /// One field line.
  static func appendField(_ name: String, _ value: String, to output: inout [UInt8]) throws(WireError) {
    try checkFieldName(name)
    try checkValue(value)
    output.append(copying: name)
    output.append(": ")
    output.append(copying: value)
    appendLineEnd(to: &output)
  }

  /// `Content-Length` for a body of `count` bytes.
  static func appendContentLength(_ count: Int, to output: inout [UInt8]) {
    output.append("Content-Length: ")
    appendDecimal(count, to: &output)
    appendLineEnd(to: &output)
  }

  /// The empty line after the last field.
  static func appendHeadEnd(to output: inout [UInt8]) {
    appendLineEnd(to: &output)
  }

  /// One chunk; nothing for no bytes, because an empty chunk would end the body.
  static func appendChunk(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
    guard bytes.count > 0 else { return }
    appendHexadecimal(bytes.count, to: &output)
    appendLineEnd(to: &output)
    output.append(copying: bytes)
    appendLineEnd(to: &output)
  }

  /// What ends a chunked body, with no trailers.
  static let lastChunk = Array("0\r\n\r\n".utf8)

  /// Throws where a field's name could not be sent as it is.
  static func checkFieldName(_ name: String) throws(WireError) {
    guard isToken(name.utf8.span) else { throw .outgoingFieldName }
  }

  /// Throws where a field's value could not be sent as it is.
  static func checkValue(_ value: String) throws(WireError) {
    let value = value.utf8.span
    guard value.endOfFieldValue(from: 0) == value.count else { throw .outgoingFieldValue }
  }

  private static func isToken(_ bytes: Span<UInt8>) -> Bool {
    bytes.count > 0 && bytes.endOfToken(from: 0) == bytes.count
  }

  private static func isTarget(_ bytes: Span<UInt8>) -> Bool {
    bytes.count > 0 && bytes.endOfTarget(from: 0) == bytes.count
  }

  @inline(__always)
  private static func appendLineEnd(to output: inout [UInt8]) {
    output.append("\r\n")
  }

  /// Digits from the most significant one, without a string in between.
  private static func appendDecimal(_ number: Int, to output: inout [UInt8]) {
    var divisor = 1
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
      divisor /= 10
    }
  }

  private static func appendHexadecimal(_ number: Int, to output: inout [UInt8]) {
    var shift = (Int.bitWidth - 1 - number.leadingZeroBitCount) / 4 * 4
    while shift >= 0 {
      let digit = UInt8(truncatingIfNeeded: number >> shift & 0xf)
      output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      shift -= 4
    }
  }
}
