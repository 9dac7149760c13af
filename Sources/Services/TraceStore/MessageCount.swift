import Telemetry

/// How many messages an export comes to, told from its bytes before it is decoded.
///
/// An empty message is two bytes on the wire and hundreds in memory: 8 MiB of empty spans, 8 KiB when compressed, decode
/// to a gigabyte. So a limit of bytes bounds nothing without a limit of messages.
struct MessageCount {
  /// Messages within each other; SwiftProtobuf decodes no more.
  private static let maximumDepth = 100

  private let bytes: [UInt8]
  private var count = 0

  /// The number; nil for what is no message. JSON may count for more than it is, when braces stand in texts.
  static func of(_ bytes: [UInt8], _ format: OTLPFormat) -> Int? {
    switch format {
    case .json: return bytes.reduce(0) { $1 == UInt8(ascii: "{") ? $0 + 1 : $0 }
    case .protobuf:
      var counter = MessageCount(bytes: bytes)
      return counter.walk(.request, 0..<bytes.count, depth: 0) ? counter.count : nil
    }
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The messages of an export (trace_service.proto, trace.proto, resource.proto, common.proto).
  private enum Kind {
    case request, resourceSpans, resource, scopeSpans, scope, span, event, link
    case keyValue, anyValue, arrayValue, keyValueList
    /// One that has none within it.
    case other

    /// What the field of that number holds; nil for anything but messages.
    func child(_ field: UInt64) -> Kind? {
      switch (self, field) {
      case (.request, 1): .resourceSpans
      case (.resourceSpans, 1): .resource
      case (.resourceSpans, 2): .scopeSpans
      case (.scopeSpans, 1): .scope
      case (.scopeSpans, 2): .span
      case (.span, 11): .event
      case (.span, 13): .link
      case (.resource, 1), (.scope, 3), (.span, 9), (.event, 3), (.link, 4), (.keyValueList, 1): .keyValue
      case (.keyValue, 2), (.arrayValue, 1): .anyValue
      case (.anyValue, 5): .arrayValue
      case (.anyValue, 6): .keyValueList
      case (.span, 15), (.resource, 3): .other
      default: nil
      }
    }
  }

  /// Counts what lies in one message (protobuf encoding, "Message Structure"); false where it is none.
  private mutating func walk(_ kind: Kind, _ range: Range<Int>, depth: Int) -> Bool {
    guard depth <= Self.maximumDepth else { return false }
    var position = range.lowerBound
    while position < range.upperBound {
      guard let key = varint(at: &position, range.upperBound) else { return false }
      switch key & 7 {
      case 0:
        guard varint(at: &position, range.upperBound) != nil else { return false }
      case 1: position += 8
      case 5: position += 4
      case 2:
        guard let length = varint(at: &position, range.upperBound), length <= UInt64(range.upperBound - position) else {
          return false
        }
        let end = position + Int(length)
        if let child = kind.child(key >> 3) {
          count += 1
          guard walk(child, position..<end, depth: depth + 1) else { return false }
        }
        position = end
      // Groups, which OTLP has none of, and numbers without a meaning.
      default: return false
      }
    }
    return position == range.upperBound
  }

  private func varint(at position: inout Int, _ end: Int) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < end, shift < 64 {
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
    return nil
  }
}
