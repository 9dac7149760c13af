import LoopHTTP

/// One JSON object a line: `timestamp`, `level`, `message`, `logger`, `service`, inside a span `trace_id`,
/// `span_id` and `trace_flags`, then the event's attributes, flat, in their order and with their type.
///
/// An attribute that has the name of a standard key gets an underscore appended, so no key appears twice.
struct JSONLogFormat {
  /// Appends the object and `\n`.
  func append(_ record: LogRecord, to line: inout [UInt8]) {
    // Not the record itself, which the closure would copy.
    let (microseconds, severity) = (record.microseconds, record.severity)
    line.append(addingCapacity: 80) { output in
      output.append(#"{"timestamp":""#)
      output.append(rfc3339: microseconds)
      output.append(#"","level":""#)
      output.append(copying: severity)
      output.append(#"","message":"#)
    }
    line.append(json: record.message)
    line.append(UInt8(ascii: ","))
    line += record.source.jsonMembers
    if let span = record.span { append(span, to: &line) }
    // By index in a span, and with nothing taken out of it: each would count the references of all attributes.
    let attributes = record.attributes.span
    for index in attributes.indices {
      append(attributes[index].key, to: &line)
      append(attributes[index].value, to: &line)
    }
    line.append("}\n")
  }

  private func append(_ span: SpanReference, to line: inout [UInt8]) {
    line.append(addingCapacity: 112) { output in
      output.append(#","trace_id":""#)
      output.append(traceIDOf: span)
      output.append(#"","span_id":""#)
      output.append(hex: span.spanID)
      output.append(#"","trace_flags":""#)
      output.append(hex: span.traceFlags)
      output.append(UInt8(ascii: "\""))
    }
  }

  @inline(__always)
  private func append(_ key: borrowing AttributeKey, to line: inout [UInt8]) {
    guard key.isPlain, !isStandard(key) else {
      line.append(UInt8(ascii: ","))
      line.append(json: isStandard(key) ? key.name + "_" : key.name)
      return line.append(UInt8(ascii: ":"))
    }
    let name = key.name
    line.append(addingCapacity: name.utf8.count + 4) { output in
      output.append(#",""#)
      output.append(copying: name)
      output.append(#"":"#)
    }
  }

  @inline(__always)
  private func append(_ value: borrowing AttributeValue, to line: inout [UInt8]) {
    switch value {
    case .string(let text): line.append(json: text)
    case .int(let number): line.append(json: number)
    case .double(let number): line.append(json: number)
    case .bool(let bool): line.append(json: bool)
    case .stringArray(let texts): line.append(jsonArray: texts) { $0.append(json: $1) }
    case .intArray(let numbers): line.append(jsonArray: numbers) { $0.append(json: $1) }
    case .doubleArray(let numbers): line.append(jsonArray: numbers) { $0.append(json: $1) }
    case .boolArray(let bools): line.append(jsonArray: bools) { $0.append(json: $1) }
    }
  }

  private static let standardKeys: [AttributeKey] = [
    "timestamp", "level", "message", "logger", "service", "trace_id", "span_id", "trace_flags",
  ]

  private func isStandard(_ key: borrowing AttributeKey) -> Bool {
    let keys = Self.standardKeys.span
    for index in keys.indices where keys[index] == key { return true }
    return false
  }
}
