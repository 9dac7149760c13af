import Testing

@testable import Telemetry

@Suite struct LogWriteTests {
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  private func write(dropped: Int = 0, endsTornLine: Bool = false) -> LogWrite {
    var chunk = LogQueue.Chunk()
    for line in ["one\n", "two\n", "three\n"] { chunk.append { $0 += bytes(line) } }
    return LogWrite(
      chunk,
      notice: dropped > 0 ? bytes("lost\n") : [],
      droppedLineCount: dropped,
      endsTornLine: endsTornLine
    )
  }

  @Test func whatBrokeOffIsEndedFirst() {
    #expect(write().bytes == bytes("one\ntwo\nthree\n"))
    #expect(write(dropped: 7).bytes == bytes("lost\none\ntwo\nthree\n"))
    #expect(write(dropped: 7, endsTornLine: true).bytes == bytes("\nlost\none\ntwo\nthree\n"))
  }

  @Test(arguments: [(0, 3), (3, 3), (4, 2), (7, 2), (8, 1), (13, 1), (14, 0)])
  func linesThatAreThereAsAWholeAreNotMissing(written: Int, missing: Int) {
    #expect(write().missingLineCount(written: written) == missing)
  }

  @Test(arguments: [(0, 10), (5, 10), (6, 3), (10, 2), (20, 0)])
  func linesBeforeAreMissedUntilTheNoticeIsThere(written: Int, missing: Int) {
    #expect(write(dropped: 7, endsTornLine: true).missingLineCount(written: written) == missing)
  }

  @Test(arguments: [(0, false), (1, true), (3, true), (4, false), (5, true), (14, false)])
  func aLineIsTornWhereItsEndIsNotThere(written: Int, isTorn: Bool) {
    #expect(write().isTorn(written: written) == isTorn)
  }
}
