import LoopHTTP

/// What is written as a protobuf message (protobuf "Encoding"), in two passes: its length stands before it.
///
/// The generated messages do the same and take nine times as long, for they are built first. Spans are the one message of
/// which there are thousands a second.
protocol ProtobufMessage {
  /// In bytes, exactly: as many are made room for.
  var encodedSize: Int { get }

  /// Appends the fields.
  func write(to output: inout OutputSpan<UInt8>)
}

/// What fields take in bytes. Fields from 16 on have a tag of two bytes; there is one, which counts it itself.
enum ProtobufSize {
  /// The identity of a span; the tag and the length are a byte each.
  static let traceID = 2 + 16
  static let spanID = 2 + 8
  static let fixed64 = 1 + 8
  static let fixed32 = 1 + 4

  @inline(__always)
  static func varint(_ value: UInt64) -> Int {
    value < 0x80 ? 1 : (70 - value.leadingZeroBitCount) / 7
  }

  /// An integer or an enum, left out when zero.
  @inline(__always)
  static func integer(_ value: Int) -> Int {
    value == 0 ? 0 : 1 + varint(UInt64(value))
  }

  /// A text or a message of that many bytes.
  @inline(__always)
  static func delimited(_ count: Int) -> Int {
    1 + varint(UInt64(count)) + count
  }

  /// A text, left out when empty.
  @inline(__always)
  static func text(_ text: String) -> Int {
    text.isEmpty ? 0 : delimited(text.utf8.count)
  }

  /// Messages, each a field of its own.
  @inline(__always)
  static func messages(_ messages: [some ProtobufMessage]) -> Int {
    var size = 0
    let messages = messages.span
    // By index in a span: a loop over the array counts the references of each message.
    for index in messages.indices { size += delimited(messages[index].encodedSize) }
    return size
  }
}

/// Fields of protobuf messages. There must be room for them.
extension OutputSpan<UInt8> {
  /// An integer or an enum, left out when zero.
  @inline(__always)
  mutating func integer(_ field: UInt8, _ value: Int) {
    if value != 0 { alwaysInteger(field, UInt64(value)) }
  }

  /// An integer that is written even when zero, as members of a oneof are. Negative numbers come as their bit pattern.
  @inline(__always)
  mutating func alwaysInteger(_ field: UInt8, _ value: UInt64) {
    append(field << 3)
    varint(value)
  }

  /// A `fixed64` or `double`, by its bits.
  @inline(__always)
  mutating func fixed64(_ field: UInt8, _ value: UInt64) {
    append(field << 3 | 1)
    append(bigEndian: value.byteSwapped)
  }

  /// A `fixed32` of a field from 1 to 31.
  @inline(__always)
  mutating func fixed32(_ field: UInt64, _ value: UInt32) {
    varint(field << 3 | 5)
    for shift in stride(from: UInt32(0), to: 32, by: 8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  /// A text, left out when empty.
  @inline(__always)
  mutating func text(_ field: UInt8, _ text: String) {
    if !text.isEmpty { alwaysText(field, text) }
  }

  /// A text that is written even when empty, as members of a oneof are.
  @inline(__always)
  mutating func alwaysText(_ field: UInt8, _ text: String) {
    delimited(field, text.utf8.count)
    append(copying: text)
  }

  /// A trace id's bytes.
  @inline(__always)
  mutating func id(_ field: UInt8, _ id: TraceID) {
    delimited(field, 16)
    append(bigEndian: id.high)
    append(bigEndian: id.low)
  }

  /// A span id's bytes.
  @inline(__always)
  mutating func id(_ field: UInt8, _ id: SpanID) {
    delimited(field, 8)
    append(bigEndian: id.rawValue)
  }

  /// A message.
  @inline(__always)
  mutating func message(_ field: UInt8, _ message: some ProtobufMessage) {
    delimited(field, message.encodedSize)
    message.write(to: &self)
  }

  /// Messages, each a field of its own.
  @inline(__always)
  mutating func messages(_ field: UInt8, _ messages: [some ProtobufMessage]) {
    let messages = messages.span
    for index in messages.indices { message(field, messages[index]) }
  }

  /// What stands before a text or a message of that many bytes.
  @inline(__always)
  mutating func delimited(_ field: UInt8, _ count: Int) {
    append(field << 3 | 2)
    varint(UInt64(count))
  }

  /// Nearly all are lengths of one byte.
  @inline(__always)
  private mutating func varint(_ value: UInt64) {
    if value < 0x80 { append(UInt8(truncatingIfNeeded: value)) } else { longVarint(value) }
  }

  private mutating func longVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }
}
