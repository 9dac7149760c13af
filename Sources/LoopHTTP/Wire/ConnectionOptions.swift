/// What the `Connection` fields of a message ask for, RFC 9110 §7.6.1.
struct ConnectionOptions: OptionSet, Hashable, Sendable {
  let rawValue: UInt8

  static let close = ConnectionOptions(rawValue: 1)
  static let keepAlive = ConnectionOptions(rawValue: 2)
  static let upgrade = ConnectionOptions(rawValue: 4)

  init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// The options of all `Connection` fields of a complete head.
  init(of head: borrowing MessageHead) {
    self = []
    guard head.knownFields.contains(.connection) else { return }
    for field in head.fields where field.known == .connection {
      insert(list: head.bytes.span.extracting(field.value.bounds))
    }
  }

  /// The options of one field value.
  init(list: Span<UInt8>) {
    self = []
    insert(list: list)
  }

  /// Adds the options named in one comma-separated field value; unknown ones say nothing about persistence.
  private mutating func insert(list: Span<UInt8>) {
    var start = 0
    for index in 0...list.count where index == list.count || list[index] == UInt8(ascii: ",") {
      insert(option: list.extracting(list.trimmingOptionalWhitespace(start..<index)))
      start = index + 1
    }
  }

  private mutating func insert(option: Span<UInt8>) {
    if ByteClass.matches(option, literal: "close") { insert(.close) }
    if ByteClass.matches(option, literal: "keep-alive") { insert(.keepAlive) }
    if ByteClass.matches(option, literal: "upgrade") { insert(.upgrade) }
  }
}
