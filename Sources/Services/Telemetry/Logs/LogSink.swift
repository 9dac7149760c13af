/// Where lines go.
public protocol LogSink: Sendable {
  /// Takes one whole line, which `appendLine` appends to bytes that may already hold others, `\n` included. Never waits:
  /// what cannot be taken is dropped and counted.
  func write(_ appendLine: (inout [UInt8]) -> Void)
}
