public import Logging

/// Gives what libraries log by swift-log to a logger of OpenTelemetry's kind (specification, "Log Appender / Bridge").
public struct OTelLogHandler: LogHandler {
  /// Fields of every line; an event's own field of the same name wins.
  public var metadata: Logger.Metadata = [:]
  /// Fields found at the time of each event; between ``metadata`` and the event's own in precedence.
  public var metadataProvider: Logger.MetadataProvider?
  /// Events below it are not passed to the handler.
  public var logLevel: Logger.Level

  private var logger: OTelLogger

  /// A handler whose events `logger` writes, at first of the same levels.
  public init(_ logger: OTelLogger) {
    logLevel = logger.level
    self.logger = logger
    // swift-log has asked for the level before it calls the handler.
    self.logger.level = .trace
  }

  /// Writes the event inside the active span. Never suspends and never waits for I/O.
  public func log(event: LogEvent) {
    logger.emit(event.level, event.message.description, attributes(of: event))
  }

  /// A field of every line.
  public subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// By their names, as a dictionary has no order of its own.
  private func attributes(of event: LogEvent) -> [Attribute] {
    var fields = metadata
    if let provided = metadataProvider?.get() { fields.merge(provided) { _, provided in provided } }
    if let own = event.metadata { fields.merge(own) { _, own in own } }
    if let error = event.error, fields["error"] == nil {
      fields["error"] = .string(String(describing: error))
    }
    return fields.sorted { $0.key < $1.key }.map { Attribute(AttributeKey($0.key), AttributeValue($0.value)) }
  }
}
