import LoopHTTP

/// Appends the fields of protobuf messages to a buffer (protobuf "Encoding").
///
/// The generated messages do the same and take nine times as long, for they are built first and measured before they
/// are written. Spans are the one message of which there are thousands a second.
struct ProtobufWriter {
  /// What was written.
  private(set) var bytes: [UInt8] = []

  private enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  init(capacity: Int) {
    bytes.reserveCapacity(capacity)
  }

  /// An integer or an enum, left out when zero.
  mutating func integer(_ field: UInt64, _ value: UInt64) {
    if value != 0 { alwaysInteger(field, value) }
  }

  /// An integer that is written even when zero, as members of a oneof are. Negative numbers come as their bit pattern.
  mutating func alwaysInteger(_ field: UInt64, _ value: UInt64) {
    tag(field, .varint)
    varint(value)
  }

  /// A `fixed64` or `double`, by its bits.
  mutating func fixed64(_ field: UInt64, _ value: UInt64) {
    tag(field, .fixed64)
    bytes.append(littleEndian: value)
  }

  /// A `fixed32`.
  mutating func fixed32(_ field: UInt64, _ value: UInt32) {
    tag(field, .fixed32)
    for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
  }

  /// A text, left out when empty.
  mutating func string(_ field: UInt64, _ value: String) {
    if !value.isEmpty { alwaysString(field, value) }
  }

  /// A text that is written even when empty, as members of a oneof are.
  mutating func alwaysString(_ field: UInt64, _ value: String) {
    tag(field, .lengthDelimited)
    varint(UInt64(value.utf8.count))
    bytes.append(copying: value)
  }

  /// A trace id's bytes.
  mutating func id(_ field: UInt64, _ id: TraceID) {
    tag(field, .lengthDelimited)
    varint(16)
    bytes.append(bigEndian: id.high)
    bytes.append(bigEndian: id.low)
  }

  /// A span id's bytes.
  mutating func id(_ field: UInt64, _ id: SpanID) {
    tag(field, .lengthDelimited)
    varint(8)
    bytes.append(bigEndian: id.rawValue)
  }

  /// A message that is encoded already.
  mutating func message(_ field: UInt64, encoded: [UInt8]) {
    tag(field, .lengthDelimited)
    varint(UInt64(encoded.count))
    bytes += encoded
  }

  /// A message that `body` writes. Its length is known afterwards, so what needs more than one byte of length is moved up.
  mutating func message(_ field: UInt64, _ body: (inout ProtobufWriter) -> Void) {
    tag(field, .lengthDelimited)
    let start = bytes.count
    bytes.append(0)
    body(&self)
    let length = bytes.count - start - 1
    if length < 0x80 {
      bytes[start] = UInt8(length)
    } else {
      bytes.replaceSubrange(start...start, with: Self.encoded(UInt64(length)))
    }
  }

  /// A `KeyValue` of a text, of which most of a span's attributes are: in one piece, because each length is one byte.
  mutating func shortEntry(_ field: UInt64, _ key: String, _ text: String) {
    let textCount = UInt8(text.utf8.count)
    tag(field, .lengthDelimited)
    bytes.append(addingCapacity: key.utf8.count + text.utf8.count + 7) { output in
      Self.entryHead(key, valueCount: textCount + 2, to: &output)
      output.append(1 << 3 | UInt8(WireType.lengthDelimited.rawValue))
      output.append(textCount)
      output.append(copying: text)
    }
  }

  /// A `KeyValue` of an integer, the same way. Negative numbers come as their bit pattern.
  mutating func shortEntry(_ field: UInt64, _ key: String, _ number: UInt64) {
    let numberCount = UInt8(max(64 - number.leadingZeroBitCount + 6, 7) / 7)
    tag(field, .lengthDelimited)
    bytes.append(addingCapacity: key.utf8.count + 6) { output in
      Self.entryHead(key, valueCount: numberCount + 1, to: &output)
      output.append(3 << 3 | UInt8(WireType.varint.rawValue))
    }
    varint(number)
  }

  /// A short `KeyValue` from its length to that of its value, which follows.
  @inline(__always)
  private static func entryHead(_ key: String, valueCount: UInt8, to output: inout OutputSpan<UInt8>) {
    let keyCount = UInt8(key.utf8.count)
    output.append(keyCount + valueCount + 4)
    output.append(1 << 3 | UInt8(WireType.lengthDelimited.rawValue))
    output.append(keyCount)
    output.append(copying: key)
    output.append(2 << 3 | UInt8(WireType.lengthDelimited.rawValue))
    output.append(valueCount)
  }

  /// Key and value in bytes of the longest such `KeyValue`.
  static var shortEntryLimit: Int { 0x7f - 6 }

  @inline(__always)
  private mutating func tag(_ field: UInt64, _ type: WireType) {
    varint(field << 3 | type.rawValue)
  }

  /// Nearly all are tags and lengths of one byte.
  @inline(__always)
  private mutating func varint(_ value: UInt64) {
    if value < 0x80 { bytes.append(UInt8(truncatingIfNeeded: value)) } else { longVarint(value) }
  }

  private mutating func longVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private static func encoded(_ value: UInt64) -> [UInt8] {
    var writer = ProtobufWriter(capacity: 10)
    writer.varint(value)
    return writer.bytes
  }
}
