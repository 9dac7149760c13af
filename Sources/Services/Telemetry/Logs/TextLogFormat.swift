import Logging

/// A short line for people: `12:34:56.789 INFO  dice-roller Roll completed die_type=fair roll_value=4 trace=1b92…`.
struct TextLogFormat {
  private let isColoured: Bool

  /// - Parameter isColoured: whether to use ANSI colours (only where a terminal shows the line).
  init(isColoured: Bool) {
    self.isColoured = isColoured
  }

  /// Appends the line; control characters in any part are escaped as in JSON, quotes are not: nothing quotes a part.
  func append(_ record: LogRecord, to line: inout [UInt8]) {
    append(timeOf: record, to: &line)
    line.append(UInt8(ascii: " "))
    append(record.severity.padded(to: 7), colour: colour(of: record.level), to: &line)
    line.append(UInt8(ascii: " "))
    append(record.source.service.padded(to: 11), colour: .cyan, to: &line)
    line.append(UInt8(ascii: " "))
    append(record.message, to: &line)
    for attribute in record.attributes {
      line.append(UInt8(ascii: " "))
      append(attribute.key.name + "=", colour: .grey, to: &line)
      append(attribute.value.description, to: &line)
    }
    if let span = record.span {
      line.append(UInt8(ascii: " "))
      append("trace=", colour: .grey, to: &line)
      line.append(addingCapacity: 32) { $0.append(span.traceID) }
    }
    line.append(UInt8(ascii: "\n"))
  }

  /// The time of day in milliseconds: the date and the rest of the digits are what makes JSON lines long.
  private func append(timeOf record: LogRecord, to line: inout [UInt8]) {
    var timestamp: [UInt8] = []
    timestamp.append(rfc3339: record.microseconds)
    append(String(decoding: timestamp.dropFirst(11).prefix(12), as: UTF8.self), colour: .grey, to: &line)
  }

  private enum Colour: String {
    case red = "31"
    case yellow = "33"
    case cyan = "36"
    case grey = "90"
  }

  private func colour(of level: Logger.Level) -> Colour? {
    switch level {
    case .trace, .debug: .grey
    case .info, .notice: nil
    case .warning: .yellow
    case .error, .critical: .red
    }
  }

  private func append(_ text: String, to line: inout [UInt8]) {
    for (index, part) in text.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
      if index > 0 { line.append(UInt8(ascii: "\"")) }
      line.append(jsonEscaped: String(part))
    }
  }

  private func append(_ text: String, colour: Colour?, to line: inout [UInt8]) {
    guard isColoured, let colour else { return line.append(jsonEscaped: text) }
    line.append(contentsOf: "\u{1b}[\(colour.rawValue)m".utf8)
    line.append(jsonEscaped: text)
    line.append(contentsOf: "\u{1b}[0m".utf8)
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - utf8.count))
  }
}
