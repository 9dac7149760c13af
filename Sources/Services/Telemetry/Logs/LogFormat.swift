/// How a record becomes a line.
public protocol LogFormat: Sendable {
  /// Appends the whole record and one `\n`; no other byte of it is a line break.
  func append(_ record: LogRecord, to line: inout [UInt8])
}
