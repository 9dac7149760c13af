public import Logging

/// One log event with everything its line shows, ready to be formatted.
public struct LogRecord: Sendable {
  /// When it happened, in microseconds since 1970 (UTC).
  public var microseconds: Int64
  /// swift-log's level; see ``severity`` for the name in the line.
  public var level: Logger.Level
  /// The message, without fields.
  public var message: String
  /// Who wrote it.
  public var source: LogSource
  /// The span it happened in.
  public var span: SpanReference?
  /// What else the event tells, in the order in which the line shows it.
  public var attributes: [Attribute]

  /// A record; no name of its attributes may occur twice.
  public init(
    microseconds: Int64,
    level: Logger.Level,
    message: String,
    source: LogSource,
    span: SpanReference? = nil,
    attributes: [Attribute] = []
  ) {
    self.microseconds = microseconds
    self.level = level
    self.message = message
    self.source = source
    self.span = span
    self.attributes = attributes
  }

  /// The four levels of the log format, coarser than swift-log's seven.
  var severity: String {
    switch level {
    case .trace, .debug: "DEBUG"
    case .info, .notice: "INFO"
    case .warning: "WARNING"
    case .error, .critical: "ERROR"
    }
  }
}
