/// What is wrong with a message, one case per element of the grammar. Any of them spoils the framing of the connection:
/// answer once with `status`, then close (RFC 9112 §9.6).
enum WireError: Error, Hashable, Sendable, CaseIterable {
  case badMethod, methodTooLong, badTarget, targetTooLong, badVersion, unsupportedVersion, badStatusLine
  case emptyFieldName, badFieldName, spaceBeforeColon, foldedField, badFieldValue
  case bareCarriageReturn, bareLineFeed
  case headTooLarge, tooManyFields
  case missingHost, repeatedHost, badHost
  case badContentLength, repeatedContentLength, contentLengthWithTransferEncoding
  case badTransferEncoding, unsupportedTransferEncoding, transferEncodingBefore11
  case badChunkSize, badChunkExtension, chunkExtensionTooLong, badChunkEnd, trailersTooLarge
  case bodyTooLarge, truncated, unexpectedBytes, unsupportedExpectation
  case outgoingMethod, outgoingTarget, outgoingStatus, outgoingFieldName, outgoingFieldValue

  /// The status a server answers with; 500 for what this process was about to send itself.
  var status: Int {
    switch self {
    case .targetTooLong: 414
    case .headTooLarge, .tooManyFields, .trailersTooLarge: 431
    case .bodyTooLarge: 413
    case .unsupportedExpectation: 417
    case .methodTooLong, .unsupportedTransferEncoding: 501
    case .unsupportedVersion: 505
    case .outgoingMethod, .outgoingTarget, .outgoingStatus, .outgoingFieldName, .outgoingFieldValue: 500
    case .badMethod, .badTarget, .badVersion, .badStatusLine, .emptyFieldName, .badFieldName, .spaceBeforeColon,
      .foldedField, .badFieldValue, .bareCarriageReturn, .bareLineFeed, .missingHost, .repeatedHost, .badHost,
      .badContentLength, .repeatedContentLength, .contentLengthWithTransferEncoding, .badTransferEncoding,
      .transferEncodingBefore11, .badChunkSize, .badChunkExtension, .chunkExtensionTooLong, .badChunkEnd, .truncated,
      .unexpectedBytes:
      400
    }
  }

  /// One line for humans, without anything the peer sent.
  var reason: String {
    switch self {
    case .badMethod: "The method is not a token"
    case .methodTooLong: "The method is too long"
    case .badTarget: "The request target is malformed"
    case .targetTooLong: "The request target is too long"
    case .badVersion: "The HTTP version is malformed"
    case .unsupportedVersion: "Only HTTP/1.0 and HTTP/1.1 are spoken here"
    case .badStatusLine: "The status line is malformed"
    case .emptyFieldName: "A field line has no name"
    case .badFieldName: "A field name is not a token"
    case .spaceBeforeColon: "White space before the colon of a field line"
    case .foldedField: "Folded field lines are not accepted"
    case .badFieldValue: "A field value holds a control character"
    case .bareCarriageReturn: "A carriage return without line feed"
    case .bareLineFeed: "A line feed without carriage return"
    case .headTooLarge: "The head is too large"
    case .tooManyFields: "Too many fields"
    case .missingHost: "The Host field is missing"
    case .repeatedHost: "More than one Host field"
    case .badHost: "The Host field is malformed"
    case .badContentLength: "The Content-Length is malformed"
    case .repeatedContentLength: "More than one Content-Length"
    case .contentLengthWithTransferEncoding: "Both Content-Length and Transfer-Encoding"
    case .badTransferEncoding: "The Transfer-Encoding is malformed"
    case .unsupportedTransferEncoding: "The transfer coding is not supported"
    case .transferEncodingBefore11: "Transfer-Encoding in an HTTP/1.0 message"
    case .badChunkSize: "A chunk size is malformed"
    case .badChunkExtension: "A chunk extension is malformed"
    case .chunkExtensionTooLong: "Chunk extensions are too long"
    case .badChunkEnd: "A chunk does not end after its size"
    case .trailersTooLarge: "The trailer section is too large"
    case .bodyTooLarge: "The body is too large"
    case .truncated: "The connection ended inside a message"
    case .unexpectedBytes: "Bytes without a request they could answer"
    case .unsupportedExpectation: "Only 100-continue can be expected"
    case .outgoingMethod: "The method to send is not a token"
    case .outgoingTarget: "The request target to send is malformed"
    case .outgoingStatus: "The status to send is not one of a final response"
    case .outgoingFieldName: "A field name to send is not a token"
    case .outgoingFieldValue: "A field value to send holds a control character"
    }
  }
}
