public import Logging

/// A swift-log handler that formats each event on the calling thread and gives the line to a sink.
public struct ServiceLogHandler: LogHandler {
  /// Fields of every line; an event's own field of the same name wins.
  public var metadata: Logger.Metadata = [:]
  /// Fields found at the time of each event; between ``metadata`` and the event's own in precedence.
  public var metadataProvider: Logger.MetadataProvider?
  /// Events below it are not passed to the handler.
  public var logLevel: Logger.Level

  private let source: LogSource
  private let style: LogStyle
  private let sink: any LogSink
  private let emit: (@Sendable (LogRecord) -> Void)?
  private let currentSpan: CurrentSpan
  private let now: @Sendable () -> Int64

  /// - Parameters:
  ///   - source: the logger's name and its service.
  ///   - style: how a record becomes a line.
  ///   - processor: gets each record besides the line that the sink gets.
  ///   - currentSpan: finds the span whose ids the line carries.
  ///   - now: microseconds since 1970; tests give their own.
  public init(
    source: LogSource,
    style: LogStyle,
    sink: any LogSink,
    logLevel: Logger.Level = .info,
    processor: (any LogRecordProcessor)? = nil,
    currentSpan: @escaping CurrentSpan = { SpanReference.current },
    now: @escaping @Sendable () -> Int64 = WallClock.microseconds
  ) {
    self.source = source
    self.style = style
    self.sink = sink
    self.logLevel = logLevel
    // Not the processor itself, which would be copied for each line even where there is none.
    emit = processor?.onEmit
    self.currentSpan = currentSpan
    self.now = now
  }

  /// Formats the event and hands its line over. Never suspends and never waits for I/O.
  public func log(event: LogEvent) {
    let record = LogRecord(
      microseconds: now(),
      level: event.level,
      message: event.message.description,
      source: source,
      span: currentSpan(),
      fields: fields(of: event)
    )
    sink.write { style.append(record, to: &$0) }
    emit?(record)
  }

  /// A field of every line.
  public subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  private func fields(of event: LogEvent) -> Logger.Metadata {
    var fields = metadata
    if let provided = metadataProvider?.get(), !provided.isEmpty {
      fields.merge(provided) { _, provided in provided }
    }
    if let own = event.metadata, !own.isEmpty {
      if fields.isEmpty { fields = own } else { fields.merge(own) { _, own in own } }
    }
    if let error = event.error, fields["error"] == nil {
      fields["error"] = .string(String(describing: error))
    }
    return fields
  }
}
