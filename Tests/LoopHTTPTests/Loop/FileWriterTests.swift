import Testing

@testable import LoopHTTP

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writing to a pipe whose description somebody has made non-blocking, and whose reader is slow.
@Suite(.timeLimit(.minutes(1))) struct FileWriterTests {
  private static let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 251) }

  /// The first write takes what the pipe has room for, the second finds it full.
  @Test func aFullPipeIsWaitedForWhereItIsNonBlocking() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    let pipe = try NonBlockingPipe()
    let writer = FileWriter(descriptor: pipe.writeEnd, loop: loop)
    let writing = Task(executorPreference: loop) {
      defer { pipe.endWriting() }
      try await writer.write(Self.bytes)
    }
    while await loop.run({ loop.ledger.requestsFinished }) < 2 { await Task.yield() }
    let isWhole = await pipe.readToEnd() == Self.bytes
    #expect(isWhole)
    try await writing.value
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test func aFileWhoseWriterIsGoneIsClosed() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let path = "/tmp/\(UInt64.random(in: 0 ... .max))"
    defer { unsafe _ = unlink(path) }
    for closes in [true, false] {
      var writer: FileWriter? = try FileWriter(replacing: path, loop: group.loops[0])
      let descriptor = try #require(writer?.descriptor)
      try await writer?.write([1])
      let file = try #require(Self.file(descriptor))
      if closes { try await writer?.writeAndClose([2]).get() }
      writer = nil
      #expect(Self.file(descriptor) != file, "its number may be somebody else's by now")
    }
    #expect(await group.shutdown()[0].isBalanced)
  }

  /// Which file that is; nil for none.
  private static func file(_ descriptor: Int32) -> UInt64? {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? UInt64(status.st_ino) : nil
  }

  @Test func aBlockingWriteWaitsForItToo() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let pipe = try NonBlockingPipe()
    let writing = Task(executorPreference: group.loops[0]) {
      defer { pipe.endWriting() }
      try FileWriter.writeBlocking(Self.bytes, to: pipe.writeEnd)
    }
    while !pipe.isFull { await Task.yield() }
    let isWhole = await pipe.readToEnd() == Self.bytes
    #expect(isWhole)
    try await writing.value
    await group.shutdown()
  }
}

private struct NonBlockingPipe {
  private let readEnd: Int32
  let writeEnd: Int32

  init() throws {
    var ends: [Int32] = [-1, -1]
    try #require(unsafe pipe(&ends) == 0)
    (readEnd, writeEnd) = (ends[0], ends[1])
    try #require(fcntl(writeEnd, F_SETFL, O_WRONLY | O_NONBLOCK) == 0)
  }

  var isFull: Bool {
    var entry = pollfd(fd: writeEnd, events: Int16(POLLOUT), revents: 0)
    return unsafe poll(&entry, 1, 0) == 0
  }

  func endWriting() { close(writeEnd) }

  /// All until the writer has ended.
  func readToEnd() async -> [UInt8] {
    await onHeldThread {
      defer { close(readEnd) }
      var received: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 4096)
      while case let count = unsafe buffer.withUnsafeMutableBytes({ unsafe read(readEnd, $0.baseAddress, $0.count) }),
        count > 0
      {
        received += buffer[..<count]
      }
      return received
    }
  }
}
