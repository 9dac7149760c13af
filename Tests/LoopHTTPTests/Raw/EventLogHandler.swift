import Logging

/// Puts a logger's messages among the events.
struct EventLogHandler: LogHandler {
  let events: EventLog
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.trace

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { events.append("\(event.message)") }
}
