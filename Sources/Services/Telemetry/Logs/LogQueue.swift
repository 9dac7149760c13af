/// Lines that wait to be written: bounded, and says when somebody must write. No I/O, no clock.
struct LogQueue: Sendable {
  /// Whole lines, one after the other.
  struct Chunk: Sendable, Equatable {
    var bytes: [UInt8] = []
    var lineCount = 0

    mutating func append(_ appendLine: (inout [UInt8]) -> Void) {
      // Room for a few ordinary lines in one allocation.
      if bytes.capacity == 0 { bytes.reserveCapacity(1024) }
      appendLine(&bytes)
      lineCount += 1
    }

    mutating func append(_ other: Chunk) {
      bytes += other.bytes
      lineCount += other.lineCount
    }

    /// Leaves the memory for the next lines.
    mutating func removeAll() {
      bytes.removeAll(keepingCapacity: true)
      lineCount = 0
    }
  }

  /// What the writer does next.
  enum Step: Sendable, Equatable {
    /// Write the chunk; `droppedLineCount` lines are missing before it.
    case write(Chunk, droppedLineCount: Int)
    /// Nothing to do until ``append(_:)`` asks for a writer again.
    case rest
  }

  private var waiting = Chunk()
  private var lastByteCount = 0
  private var droppedLineCount = 0
  private var isWriting = false
  private var isClosed = false
  private let limit: Int

  /// - Parameter limit: bytes that may wait.
  init(limit: Int) {
    self.limit = limit
  }

  /// Whether no writer is at work.
  var isIdle: Bool { !isWriting }

  /// Takes a chunk, or drops the whole of it when it does not fit.
  ///
  /// - Returns: whether the caller must start a writer, because none is at work.
  mutating func append(_ chunk: Chunk) -> Bool {
    guard chunk.lineCount > 0, !isClosed else { return false }
    if waiting.bytes.count + chunk.bytes.count > limit {
      droppedLineCount += chunk.lineCount
    } else {
      // As many will have come until the writer looks again as had the last time.
      if waiting.lineCount == 0 { waiting.bytes.reserveCapacity(max(lastByteCount, chunk.bytes.count)) }
      waiting.append(chunk)
    }
    defer { isWriting = true }
    return !isWriting
  }

  /// What the writer does, at its start and after each chunk.
  mutating func next() -> Step {
    guard waiting.lineCount > 0 || droppedLineCount > 0 else {
      isWriting = false
      return .rest
    }
    defer {
      lastByteCount = waiting.bytes.count
      waiting = Chunk()
      droppedLineCount = 0
    }
    return .write(waiting, droppedLineCount: droppedLineCount)
  }

  /// The writer could not write that many lines. They count as dropped, and the next ``append(_:)`` starts a new
  /// writer: an output that is gone is tried again as seldom as there is something new to say.
  mutating func fail(lineCount: Int) {
    droppedLineCount += lineCount
    isWriting = false
  }

  /// Ignores everything from here on.
  mutating func close() {
    isClosed = true
  }
}
