import Logging
import LoopHTTP

/// One JSON object a line: `timestamp`, `level`, `message`, `logger`, `service`, inside a span `trace_id`,
/// `span_id` and `trace_flags`, then the event's own fields, flat and in the order of `LogFieldOrder`.
///
/// Fields keep their JSON type: a `.stringConvertible` of an integer of at most 64 bits, a `Double`, a `Float`, a `Bool` or
/// an array of `Int`, `Double` or `String` becomes a number, a boolean or an array; `.array` and `.dictionary` nest; all
/// else is a string. A field that has the name of a standard key gets an underscore appended, so no key appears twice.
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
    if !record.fields.isEmpty { append(record.fields, to: &line) }
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

  private func append(_ fields: Logger.Metadata, to line: inout [UInt8]) {
    LogFieldOrder.visit(fields) { head, key, value in
      if let head {
        line += head
      } else {
        line.append(UInt8(ascii: ","))
        line.append(json: isStandard(key) ? key + "_" : key)
        line.append(UInt8(ascii: ":"))
      }
      line.append(json: value)
    }
  }

  private func isStandard(_ key: String) -> Bool {
    switch key {
    case "timestamp", "level", "message", "logger", "service", "trace_id", "span_id", "trace_flags": true
    default: false
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(json value: Logger.MetadataValue) {
    switch value {
    case .string(let string): append(json: string)
    case .stringConvertible(let value): append(jsonOf: value)
    case .array(let values): append(jsonArray: values) { $0.append(json: $1) }
    case .dictionary(let fields):
      append(UInt8(ascii: "{"))
      var separator = ""
      for (key, value) in LogFieldOrder.sorted(fields) {
        append(copying: separator)
        separator = ","
        append(json: key)
        append(UInt8(ascii: ":"))
        append(json: value)
      }
      append(UInt8(ascii: "}"))
    }
  }

  private mutating func append(jsonOf value: any CustomStringConvertible & Sendable) {
    let type: any Any.Type = type(of: value)
    // The most frequent values: asking for the text is half of a cast, and an attribute need not be made first.
    if type == Int.self {
      append(copying: value.description)
    } else if type == [Int].self, let numbers = value as? [Int] {
      append(jsonArray: numbers) { $0.append(json: $1) }
    } else if type == Double.self, let number = value as? Double {
      append(json: number)
    } else {
      append(json: AttributeValue(value))
    }
  }

  private mutating func append(json value: AttributeValue) {
    switch value {
    case .string(let text): append(json: text)
    case .int(let number): append(json: number)
    case .double(let number): append(json: number)
    case .bool(let bool): append(json: bool)
    case .stringArray(let texts): append(jsonArray: texts) { $0.append(json: $1) }
    case .intArray(let numbers): append(jsonArray: numbers) { $0.append(json: $1) }
    case .doubleArray(let numbers): append(jsonArray: numbers) { $0.append(json: $1) }
    case .boolArray(let bools): append(jsonArray: bools) { $0.append(json: $1) }
    }
  }
}
