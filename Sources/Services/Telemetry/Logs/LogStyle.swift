public import Logging

/// The formats a user chooses from, and everything a process needs to write its services' logs in one of them.
public enum LogStyle: Sendable, Equatable {
  /// One JSON object a line; see `JSONLogFormat`.
  case json
  /// A line for people; see `TextLogFormat`.
  case text(isColoured: Bool)

  /// Appends the whole record and one `\n`; no other byte of it is a line break.
  public func append(_ record: LogRecord, to line: inout [UInt8]) {
    switch self {
    case .json: JSONLogFormat().append(record, to: &line)
    case .text(let isColoured): TextLogFormat(isColoured: isColoured).append(record, to: &line)
    }
  }

  /// The logger of one service that writes to the sink in this style, and gives its records to `processor`.
  public func logger(
    label: String = "main",
    service: String,
    level: Logger.Level,
    sink: any LogSink,
    processor: (any LogRecordProcessor)? = nil
  ) -> OTelLogger {
    OTelLogger(
      source: LogSource(logger: label, service: service),
      style: self,
      sink: sink,
      level: level,
      processor: processor
    )
  }

  /// The line that stands for lines which were dropped.
  public func dropNotice(lineCount: Int, service: String) -> [UInt8] {
    var line: [UInt8] = []
    let record = LogRecord(
      microseconds: WallClock.microseconds(),
      level: .warning,
      message: "Log lines dropped",
      source: LogSource(logger: "log", service: service),
      attributes: [Attribute(LogField.count, lineCount)]
    )
    append(record, to: &line)
    return line
  }
}
