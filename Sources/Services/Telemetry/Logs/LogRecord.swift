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
  /// The event's own fields.
  public var fields: Logger.Metadata

  /// A record; its fields are shown in the order of `LogFieldOrder`, because swift-log's metadata has none.
  public init(
    microseconds: Int64,
    level: Logger.Level,
    message: String,
    source: LogSource,
    span: SpanReference? = nil,
    fields: Logger.Metadata = [:]
  ) {
    self.microseconds = microseconds
    self.level = level
    self.message = message
    self.source = source
    self.span = span
    self.fields = fields
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
