package import FoundationEssentials
package import SwiftProtobuf

/// The two encodings of OTLP over HTTP (OpenTelemetry Protocol specification, "Binary" and "JSON Protobuf Encoding").
public enum OTLPFormat: Sendable, Hashable {
  /// `application/x-protobuf`
  case protobuf
  /// `application/json`
  case json

  /// The media type of requests and answers.
  public var contentType: String {
    switch self {
    case .protobuf: "application/x-protobuf"
    case .json: "application/json"
    }
  }

  /// The message as bytes; nil when it cannot be encoded.
  package func encode(_ message: some Message) -> [UInt8]? {
    switch self {
    case .protobuf:
      return try? message.serializedBytes()
    case .json:
      var options = JSONEncodingOptions()
      options.alwaysPrintEnumsAsInts = true
      return try? message.jsonUTF8Bytes(options: options)
    }
  }

  /// The message that the bytes are; nil when they are none. Unknown fields are ignored in both encodings.
  package func decode<Decoded: Message>(_ type: Decoded.Type, from bytes: [UInt8]) -> Decoded? {
    switch self {
    case .protobuf:
      return try? Decoded(serializedBytes: bytes)
    case .json:
      var options = JSONDecodingOptions()
      options.ignoreUnknownFields = true
      return try? Decoded(jsonUTF8Bytes: bytes, options: options)
    }
  }

  /// An id as the message has to hold it.
  ///
  /// OTLP/JSON writes ids in hexadecimal, and protobuf's JSON writes bytes in base64. Hexadecimal digits are base64 digits,
  /// so the bytes whose base64 is the hexadecimal text make the one come out as the other.
  package func field(of id: TraceID) -> Data {
    switch self {
    case .protobuf: Data(id.bytes)
    case .json: Data(base64Encoded: id.description) ?? Data()
    }
  }

  /// An id as the message has to hold it.
  package func field(of id: SpanID) -> Data {
    switch self {
    case .protobuf: Data(id.bytes)
    case .json: Data(base64Encoded: id.description) ?? Data()
    }
  }

  /// The id that a decoded message holds; nil when it is none. Upper case is allowed in JSON (OTLP specification).
  package func traceID(in field: Data) -> TraceID? {
    switch self {
    case .protobuf: field.count == 16 ? TraceID(hexadecimal(field)) : nil
    case .json: TraceID(field.base64EncodedString().lowercased())
    }
  }

  /// The id that a decoded message holds; nil when it is none.
  package func spanID(in field: Data) -> SpanID? {
    switch self {
    case .protobuf: field.count == 8 ? SpanID(hexadecimal(field)) : nil
    case .json: SpanID(field.base64EncodedString().lowercased())
    }
  }

  private func hexadecimal(_ bytes: Data) -> String {
    bytes.map { TraceFlags(rawValue: $0).description }.joined()
  }
}
