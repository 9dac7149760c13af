/// Takes the log records of a service besides the lines of its log (OpenTelemetry SDK, "Log record processor").
public protocol LogRecordProcessor: Sendable {
  /// Takes a record that was just made. Called where it was made; never blocks.
  func onEmit(_ record: LogRecord)
}
