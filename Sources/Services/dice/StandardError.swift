import LoopHTTP

/// Lines for the person who started the program; the standard output belongs to the log.
enum StandardError {
  /// Writes the line without a loop: the program may have none yet, or none any more. A standard error that is closed is
  /// nobody's loss.
  static func write(_ line: String) {
    try? FileWriter.writeBlocking(Array((line + "\n").utf8), to: 2)
  }
}
