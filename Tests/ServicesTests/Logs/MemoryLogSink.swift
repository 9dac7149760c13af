import Synchronization
import Telemetry

/// Keeps lines in memory. Unbounded.
final class MemoryLogSink: LogSink {
  private let bytes = Mutex<[UInt8]>([])

  /// An empty sink.
  init() {}

  /// Appends the line.
  func write(_ appendLine: (inout [UInt8]) -> Void) {
    var line: [UInt8] = []
    appendLine(&line)
    bytes.withLock { $0 += line }
  }

  /// Everything written so far, as it would stand in a file.
  var text: String {
    String(decoding: bytes.withLock { $0 }, as: UTF8.self)
  }

  /// The lines written so far, without their `\n`.
  var lines: [String] {
    text.split(separator: "\n").map(String.init)
  }
}
