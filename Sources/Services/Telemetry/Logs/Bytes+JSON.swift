import LoopHTTP

/// JSON text (RFC 8259), appended to bytes: what `OutputSpan` writes, with room made for it.
extension [UInt8] {
  /// Appends a JSON string with its quotes. Beyond what RFC 8259 section 7 demands it escapes every other control character
  /// (DEL, C1), U+2028 and U+2029.
  public mutating func append(json string: String) {
    append(UInt8(ascii: "\""))
    append(jsonEscaped: string)
    append(UInt8(ascii: "\""))
  }

  /// Appends what stands between the quotes of a JSON string.
  public mutating func append(jsonEscaped string: String) {
    if OutputSpan<UInt8>.mayNeedEscape(string.utf8.span) {
      append(addingCapacity: JSONRoom.string(string)) { $0.append(jsonEscaped: string) }
    } else {
      append(copying: string)
    }
  }

  /// Appends a JSON number, or a string for what JSON has no number for.
  public mutating func append(json number: Double) {
    append(addingCapacity: JSONRoom.number) { $0.append(json: number) }
  }

  /// Appends a JSON integer.
  public mutating func append(json number: Int) {
    append(json: Int64(number))
  }

  /// Appends a JSON integer, without a string in between.
  public mutating func append(json number: Int64) {
    if 0..<10 ~= number { return append(UInt8(ascii: "0") + UInt8(number)) }
    append(addingCapacity: JSONRoom.number) { $0.append(json: number) }
  }

  /// Appends `true` or `false`.
  public mutating func append(json bool: Bool) {
    append(addingCapacity: JSONRoom.number) { $0.append(json: bool) }
  }

  /// Appends `[`, the items with commas between them, and `]`.
  public mutating func append<Item>(jsonArray items: [Item], _ appendItem: (inout [UInt8], Item) -> Void) {
    append(UInt8(ascii: "["))
    var isFirst = true
    for item in items {
      if !isFirst { append(UInt8(ascii: ",")) }
      isFirst = false
      appendItem(&self, item)
    }
    append(UInt8(ascii: "]"))
  }

  /// Appends the value of an attribute with its JSON type.
  mutating func append(json value: AttributeValue) {
    append(addingCapacity: value.jsonRoom) { $0.append(json: value) }
  }
}
