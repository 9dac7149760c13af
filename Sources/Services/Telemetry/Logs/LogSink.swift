/// Where lines go.
public protocol LogSink: Sendable {
  /// Takes one whole line, `\n` included. Never waits: what cannot be taken is dropped and counted.
  func write(_ line: [UInt8])
}
