/// How the length of a message body is known, RFC 9112 §6.3.
enum BodyFraming: Hashable, Sendable {
  /// No body follows the head.
  case none
  /// Exactly that many bytes follow.
  case length(UInt64)
  /// Chunks follow, RFC 9112 §7.1.
  case chunked
  /// Everything up to the end of the connection; responses only.
  case untilClose

  /// Requests, RFC 9112 §6.3 rules 3 to 7. Whatever two servers could understand differently is an error: that is how
  /// requests are smuggled (RFC 9112 §11.2).
  static func request(_ head: borrowing MessageHead) throws(WireError) -> BodyFraming {
    try declared(head) ?? .none
  }

  /// Responses, RFC 9112 §6.3 rules 1 to 8; `toHead` and `toConnect` name the request that is answered.
  static func response(_ head: borrowing MessageHead, toHead: Bool, toConnect: Bool) throws(WireError) -> BodyFraming {
    switch head.status {
    case 100..<200, 204, 304: return .none
    case 200..<300 where toConnect: return .none
    default: return toHead ? .none : try declared(head) ?? .untilClose
    }
  }

  /// What the fields say; nil when they say nothing.
  private static func declared(_ head: borrowing MessageHead) throws(WireError) -> BodyFraming? {
    guard head.knownFields.contains(.contentLength) || head.knownFields.contains(.transferEncoding) else { return nil }
    var length: UInt64?
    var isChunked = false
    for field in head.fields {
      if field.known == .contentLength {
        guard length == nil else { throw .repeatedContentLength }
        length = UInt64(try self.length(head.bytes.span.extracting(field.value.bounds)))
      } else if field.known == .transferEncoding {
        guard !isChunked else { throw .badTransferEncoding }
        try checkTransferEncoding(head.bytes.span.extracting(field.value.bounds))
        isChunked = true
      }
    }
    guard isChunked else { return length.map { .length($0) } }
    guard length == nil else { throw .contentLengthWithTransferEncoding }
    guard head.minorVersion >= 1 else { throw .transferEncodingBefore11 }
    return .chunked
  }

  /// The value of a `Content-Length`, RFC 9110 §8.6: digits only; a list, even of equal values, is not accepted. Bounded by
  /// `Int.max`, so that offsets can be computed from it.
  static func length(_ value: Span<UInt8>) throws(WireError) -> Int {
    guard value.count > 0 else { throw .badContentLength }
    var length = 0
    for index in value.indices {
      guard ByteClass.isDigit(value[index]) else { throw .badContentLength }
      let (product, overflow) = length.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(value[index] - UInt8(ascii: "0")))
      guard !overflow, !carry else { throw .badContentLength }
      length = sum
    }
    return length
  }

  /// Only a single `chunked` is accepted. A list in which it is not last, or comes twice, has no reliable length (400);
  /// other codings before it are understood but not supported (501), RFC 9112 §6.1.
  private static func checkTransferEncoding(_ value: Span<UInt8>) throws(WireError) {
    var start = 0
    var codings = 0
    var hasChunked = false
    for index in 0...value.count where index == value.count || value[index] == UInt8(ascii: ",") {
      let coding = value.extracting(value.trimmingOptionalWhitespace(start..<index))
      guard coding.count > 0, !hasChunked else { throw .badTransferEncoding }
      hasChunked = ByteClass.matches(coding, literal: "chunked")
      codings += 1
      start = index + 1
    }
    guard hasChunked, codings == 1 else { throw .unsupportedTransferEncoding }
  }
}
