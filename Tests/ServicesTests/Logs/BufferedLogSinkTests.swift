import Foundation
import Logging
import Synchronization
import Testing

@testable import LoopHTTP
@testable import Telemetry

@Suite struct BufferedLogSinkTests {
  /// An output that keeps what is written, and that can be made to hang.
  private actor Output {
    private(set) var text = ""
    private(set) var writeCount = 0
    private var gate: AsyncStream<Void>?
    private let writes: AsyncStream<Void>.Continuation

    init(_ gate: AsyncStream<Void>?, _ writes: AsyncStream<Void>.Continuation) {
      self.gate = gate
      self.writes = writes
    }

    func write(_ bytes: [UInt8]) async {
      writes.yield()
      writeCount += 1
      if let gate { for await _ in gate {} }
      text += String(decoding: bytes, as: UTF8.self)
    }

    var lines: [Substring] { text.split(separator: "\n") }
  }

  private func line(_ text: String) -> [UInt8] { Array((text + "\n").utf8) }

  private func notice(_ count: Int) -> [UInt8] { line("dropped \(count)") }

  @Test func linesOfAllLoopsArriveWholeAndInTheOrderOfTheirLoop() async throws {
    let group = try EventLoopGroup(loopCount: 2)
    let output = Output(nil, AsyncStream.makeStream().continuation)
    let sink = BufferedLogSink(group: group, dropNotice: notice) { await output.write($0) }
    await withTaskGroup { tasks in
      for loop in group.loops {
        tasks.addTask {
          for number in 0..<1000 {
            await loop.run { sink.write { $0 += line("loop \(loop.index) line \(number)") } }
          }
        }
      }
    }
    await sink.close(within: .seconds(10))
    let lines = await output.lines
    #expect(lines.count == 2000)
    for loop in group.loops {
      let own = lines.filter { $0.hasPrefix("loop \(loop.index) ") }
      #expect(own == (0..<1000).map { "loop \(loop.index) line \($0)" })
    }
    await group.shutdown()
  }

  @Test func aLineThatMakesOthersLosesNone() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let output = Output(nil, AsyncStream.makeStream().continuation)
    let sink = BufferedLogSink(group: group, dropNotice: notice) { await output.write($0) }
    await group.loops[0].run {
      sink.write { $0 += line("before") }
      sink.write { bytes in
        sink.write { $0 += line("within") }
        bytes += line("around")
      }
    }
    await sink.close(within: .seconds(10))
    #expect(await output.lines == ["before", "around", "within"])
    await group.shutdown()
  }

  @Test func linesOfManyIterationsShareAWrite() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let output = Output(nil, AsyncStream.makeStream().continuation)
    let sink = BufferedLogSink(group: group, dropNotice: notice) { await output.write($0) }
    let start = ContinuousClock.now
    for number in 0..<300 { await group.loops[0].run { sink.write { $0 += line("line \(number)") } } }
    await sink.close(within: .seconds(10))
    let longestNumberOfPauses = (ContinuousClock.now - start) / Duration.milliseconds(10)
    #expect(await Double(output.writeCount) <= longestNumberOfPauses + 1)
    #expect(await output.lines.count == 300)
    await group.shutdown()
  }

  @Test func anOutputThatHangsCostsLinesAndNeitherTimeNorMemory() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let gate = AsyncStream<Void>.makeStream()
    let writes = AsyncStream<Void>.makeStream()
    let output = Output(gate.stream, writes.continuation)
    let sink = BufferedLogSink(group: group, limit: 40, dropNotice: notice) { await output.write($0) }
    sink.write { $0 += line("first") }
    for await _ in writes.stream { break }
    for number in 0..<10 { sink.write { $0 += line("line \(number)") } }
    gate.continuation.finish()
    await sink.close(within: .seconds(10))
    sink.write { $0 += line("after the end") }
    #expect(
      await output.lines == ["first", "dropped 5", "line 0", "line 1", "line 2", "line 3", "line 4"]
    )
    await group.shutdown()
  }

  @Test(.timeLimit(.minutes(1))) func aFlushEndsWithTheLastLine() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let output = Output(nil, AsyncStream.makeStream().continuation)
    let sink = BufferedLogSink(group: group, dropNotice: notice) { await output.write($0) }
    for number in 1...3 {
      sink.write { $0 += line("line \(number)") }
      await sink.flush(within: .seconds(3600))
      #expect(await output.lines.count == number)
    }
    await group.shutdown()
  }

  @Test func linesThatAnOutputRefusesAreMissedTogetherWithThoseBefore() async throws {
    struct Refused: Error {}
    let group = try EventLoopGroup(loopCount: 1)
    let output = Output(nil, AsyncStream.makeStream().continuation)
    let isBroken = Mutex(true)
    let sink = BufferedLogSink(group: group, limit: 10, dropNotice: notice) { bytes in
      if isBroken.withLock({ $0 }) { throw Refused() }
      await output.write(bytes)
    }
    for text in ["a line that is too long", "refused"] {
      sink.write { $0 += line(text) }
      await sink.flush(within: .seconds(10))
    }
    isBroken.withLock { $0 = false }
    sink.write { $0 += line("heard") }
    await sink.close(within: .seconds(10))
    #expect(await output.lines == ["dropped 2", "heard"])
    await group.shutdown()
  }

  /// A full disk takes what it has room for.
  @Test func aLineThatBrokeOffIsEndedBeforeTheNext() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let output = Output(nil, AsyncStream.makeStream().continuation)
    let room = Mutex(8)
    let sink = BufferedLogSink(group: group, dropNotice: notice) { bytes in
      let count = room.withLock { min($0, bytes.count) }
      await output.write(Array(bytes.prefix(count)))
      if count < bytes.count { throw FileWriter.IncompleteWrite(written: count, reason: UVError(code: -28)) }
    }
    await group.loops[0].run { for text in ["first", "second"] { sink.write { $0 += line(text) } } }
    await sink.flush(within: .seconds(10))
    #expect(await output.text == "first\nse")
    room.withLock { $0 = .max }
    sink.write { $0 += line("third") }
    await sink.close(within: .seconds(10))
    #expect(await output.lines == ["first", "se", "dropped 1", "third"])
    await group.shutdown()
  }

  /// Else one long iteration would lose all that it has to say.
  @Test func aLoopThatLogsMuchDoesNotKeepItToTheEndOfItsIteration() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let output = Output(nil, AsyncStream.makeStream().continuation)
    let sink = BufferedLogSink(group: group, limit: 100_000, dropNotice: notice) { await output.write($0) }
    let long = String(repeating: "x", count: 70_000)
    await group.loops[0].run { for _ in 0..<2 { sink.write { $0 += line(long) } } }
    await sink.close(within: .seconds(10))
    #expect(await output.lines.contains { $0 == long })
    await group.shutdown()
  }

  @Test func flushingAHangingOutputEndsInTime() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let gate = AsyncStream<Void>.makeStream()
    let output = Output(gate.stream, AsyncStream.makeStream().continuation)
    let sink = BufferedLogSink(group: group, dropNotice: notice) { await output.write($0) }
    sink.write { $0 += line("first") }
    await sink.flush(within: .milliseconds(20))
    #expect(await output.text == "")
    gate.continuation.finish()
    await sink.close(within: .seconds(10))
    #expect(await output.lines == ["first"])
    await group.shutdown()
  }

  @Test func aFileReceivesWhatIsLogged() async throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString)")
    #expect(FileManager.default.createFile(atPath: url.path(), contents: nil))
    let file = try FileHandle(forWritingTo: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let group = try EventLoopGroup(loopCount: 2)
    let sink = BufferedLogSink(descriptor: file.fileDescriptor, group: group, style: .json, service: "frontend")
    let logger = LogStyle.json.logger(service: "frontend", level: .info, sink: sink)
    for loop in group.loops {
      await loop.run { for _ in 0..<500 { logger.info("Roll completed") } }
    }
    await sink.close(within: .seconds(10))
    await group.shutdown()
    try file.close()
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 1000)
    #expect(lines.allSatisfy { $0.hasPrefix(#"{"timestamp":""#) && $0.hasSuffix(#""service":"frontend"}"#) })
  }
}
