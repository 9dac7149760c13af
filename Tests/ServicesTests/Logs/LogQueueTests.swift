import Testing

@testable import Telemetry

@Suite struct LogQueueTests {
  private func chunk(_ lines: String...) -> LogQueue.Chunk {
    var chunk = LogQueue.Chunk()
    for line in lines { chunk.append { $0 += line.utf8 } }
    return chunk
  }

  @Test func onlyTheFirstChunkStartsAWriter() {
    var queue = LogQueue(limit: 100)
    #expect(queue.append(chunk("a\n")) == true)
    #expect(queue.append(chunk("b\n", "c\n")) == false)
    #expect(queue.next() == .write(chunk("a\n", "b\n", "c\n"), droppedLineCount: 0))
    #expect(queue.append(chunk("d\n")) == false, "the writer is still at work")
    #expect(queue.next() == .write(chunk("d\n"), droppedLineCount: 0))
    #expect(queue.next() == .rest)
    #expect(queue.append(chunk("e\n")) == true)
  }

  @Test func anEmptyChunkStartsNothing() {
    var queue = LogQueue(limit: 100)
    #expect(queue.append(chunk()) == false)
    #expect(queue.isIdle)
  }

  @Test func overTheLimitChunksAreDroppedAndCounted() {
    var queue = LogQueue(limit: 4)
    _ = queue.append(chunk("a\n", "b\n"))
    _ = queue.append(chunk("c\n", "d\n", "e\n"))
    _ = queue.append(chunk("f\n"))
    #expect(queue.next() == .write(chunk("a\n", "b\n"), droppedLineCount: 4))
    // The last byte that there is room for, and one more.
    _ = queue.append(chunk("abc\n"))
    _ = queue.append(chunk("\n"))
    #expect(queue.next() == .write(chunk("abc\n"), droppedLineCount: 1))
    _ = queue.append(chunk("g\n"))
    #expect(queue.next() == .write(chunk("g\n"), droppedLineCount: 0))
  }

  @Test func aChunkLargerThanTheLimitIsStillSaidToBeMissing() {
    var queue = LogQueue(limit: 4)
    #expect(queue.append(chunk("long line\n")) == true)
    #expect(queue.next() == .write(chunk(), droppedLineCount: 1))
    #expect(queue.next() == .rest)
  }

  @Test func afterAFailureTheNextChunkTriesAgain() {
    var queue = LogQueue(limit: 100)
    _ = queue.append(chunk("a\n"))
    _ = queue.next()
    queue.fail(lineCount: 1)
    #expect(queue.isIdle)
    #expect(queue.append(chunk("b\n")) == true)
    #expect(queue.next() == .write(chunk("b\n"), droppedLineCount: 1))
  }

  @Test func aClosedQueueTakesNothing() {
    var queue = LogQueue(limit: 100)
    queue.close()
    #expect(queue.append(chunk("a\n")) == false)
    #expect(queue.next() == .rest)
  }
}
