/// What is handed to the output at once: the end of a line that broke off, a notice of lines that are missing, and lines.
struct LogWrite: Sendable {
  /// The whole of it.
  let bytes: [UInt8]
  /// How many lines the notice tells of.
  private let droppedLineCount: Int
  /// The lines behind the notice, and where they begin.
  private let lineCount: Int
  private let start: Int

  /// - Parameters:
  ///   - notice: the line that tells of `droppedLineCount`; empty where none are missing.
  ///   - endsTornLine: whether the output's last line has no end yet.
  init(_ chunk: LogQueue.Chunk, notice: [UInt8], droppedLineCount: Int, endsTornLine: Bool) {
    let head = (endsTornLine ? [UInt8(ascii: "\n")] : []) + notice
    bytes = head.isEmpty ? chunk.bytes : head + chunk.bytes
    start = head.count
    lineCount = chunk.lineCount
    self.droppedLineCount = droppedLineCount
  }

  /// How many lines nobody has been told of where the output took only so many bytes: each that is not there as a whole, and
  /// those before, where the notice is not.
  func missingLineCount(written count: Int) -> Int {
    guard count >= start else { return droppedLineCount + lineCount }
    return lineCount - bytes[start..<count].count { $0 == UInt8(ascii: "\n") }
  }

  /// Whether the output ends in the middle of a line then.
  func isTorn(written count: Int) -> Bool {
    count > 0 && bytes[count - 1] != UInt8(ascii: "\n")
  }
}
