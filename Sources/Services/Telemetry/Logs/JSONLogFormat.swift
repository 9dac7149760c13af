import LoopHTTP

/// One JSON object a line: `timestamp`, `level`, `message`, `logger`, `service`, inside a span `trace_id`,
/// `span_id` and `trace_flags`, then the event's attributes, flat, in their order and with their type.
///
/// An attribute that has the name of a standard key gets an underscore appended, so no key appears twice.
struct JSONLogFormat {
  /// Appends the object and `\n`.
  func append(_ record: LogRecord, to line: inout [UInt8]) {
    line.append(addingCapacity: Self.room(for: record)) { Self.write(record, to: &$0) }
  }

  /// The bytes that a line needs at most. Room is made once, for it takes as long as writing a field.
  private static func room(for record: borrowing LogRecord) -> Int {
    // Those of the names, the time, the level and the ids: about 190.
    var room = 256 + JSONRoom.string(record.message) + record.source.jsonMembers.count
    // By index in a span, and with nothing taken out of it: each would count the references of all attributes.
    let attributes = record.attributes.span
    for index in attributes.indices {
      // A comma, a colon, and perhaps an underscore.
      room += JSONRoom.string(attributes[index].key.name) + 3 + attributes[index].value.jsonRoom
    }
    return room
  }

  private static func write(_ record: borrowing LogRecord, to line: inout OutputSpan<UInt8>) {
    line.append(#"{"timestamp":""#)
    line.append(rfc3339: record.microseconds)
    line.append(#"","level":""#)
    line.append(copying: record.severity)
    line.append(#"","message":"#)
    line.append(json: record.message)
    line.append(UInt8(ascii: ","))
    let members = record.source.jsonMembers
    line.append(copying: members.span)
    if let span = record.span { write(span, to: &line) }
    let attributes = record.attributes.span
    for index in attributes.indices {
      write(attributes[index].key, to: &line)
      line.append(json: attributes[index].value)
    }
    line.append("}\n")
  }

  private static func write(_ span: SpanReference, to line: inout OutputSpan<UInt8>) {
    line.append(#","trace_id":""#)
    line.append(span.traceID)
    line.append(#"","span_id":""#)
    line.append(span.spanID)
    line.append(#"","trace_flags":""#)
    line.append(span.traceFlags)
    line.append(UInt8(ascii: "\""))
  }

  @inline(__always)
  private static func write(_ key: borrowing AttributeKey, to line: inout OutputSpan<UInt8>) {
    line.append(UInt8(ascii: ","))
    if isStandard(key) {
      line.append(json: key.name + "_")
    } else if key.isPlain {
      line.append(UInt8(ascii: "\""))
      line.append(copying: key.name)
      line.append(UInt8(ascii: "\""))
    } else {
      line.append(json: key.name)
    }
    line.append(UInt8(ascii: ":"))
  }

  private static let standardKeys: [AttributeKey] = [
    "timestamp", "level", "message", "logger", "service", "trace_id", "span_id", "trace_flags",
  ]

  private static func isStandard(_ key: borrowing AttributeKey) -> Bool {
    let keys = standardKeys.span
    for index in keys.indices where keys[index] == key { return true }
    return false
  }
}
