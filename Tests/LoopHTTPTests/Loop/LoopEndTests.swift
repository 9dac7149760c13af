import HTTPTypes
import Testing

@testable import LoopHTTP

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The end of a group, at the right moment and at wrong ones: nothing waits for ever.
@Suite(.timeLimit(.minutes(1))) struct LoopEndTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  /// A task elsewhere may come with the last calls only when the loop has been told to end.
  @Test func aLoopTakesWorkUntilAllThatIsOpenOnItIsClosed() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    let pair = await loop.run { Result { () throws(UVError) in try TCPStream.pair(on: loop) } }
    let (read, unread) = try pair.get()
    let reader = RawClient(stream: read)
    await reader.start()
    let ending = Task { await group.shutdown() }
    while await loop.run({ loop.ending == nil }) { await Task.yield() }
    await reader.close()
    // What waits for nothing does not keep libuv's loop alive.
    await loop.run { unread.close() }
    #expect(await ending.value[0].isBalanced)
  }

  @Test func aGroupMayBeEndedTwiceAlsoAtOnce() async throws {
    let group = try EventLoopGroup(loopCount: 2)
    async let one = group.shutdown()
    async let other = group.shutdown()
    let ledgers = await [one, other, group.shutdown()]
    #expect(Set(ledgers).count == 1)
    #expect(ledgers[0].count == 2 && ledgers[0].allSatisfy(\.isBalanced))
  }

  @Test func aClientThatWasNotShutDownEndsWithItsGroup() async throws {
    let (servers, group) = (try EventLoopGroup(loopCount: 1), try EventLoopGroup(loopCount: 1))
    let server = RawServer(loop: servers.loops[0], script: [[nil], [Self.ok, nil]])
    let url = try ClientURL("http://\(try await server.listen())/")
    let client = HTTPClient(group: group)
    let unanswered = Task { try await client.execute(ClientRequest(.get, url)) }
    await server.requests.wait(for: 1)
    _ = try await client.execute(ClientRequest(.get, url))
    #expect(await group.shutdown()[0].isBalanced)
    await #expect(throws: ClientError.shutDown) { _ = try await unanswered.value }
    // Later calls fail, too, of each kind, and nothing is left to shut down.
    await #expect(throws: ClientError.shutDown) { _ = try await client.execute(ClientRequest(.get, url)) }
    await #expect(throws: ClientError.shutDown) {
      try await client.withResponse(to: ClientRequest(.get, url)) { _, _ in }
    }
    await #expect(throws: ClientError.shutDown) { _ = try await client.execute(ClientRequest(.post, url)) { _ in } }
    await client.shutdown()
    await server.stop()
    #expect(await servers.shutdown()[0].isBalanced)
  }

  /// The runtime lets a task go on wherever the actor that it waited for was served, so on any thread.
  @Test func aTaskThatOnlyPassesByMayEndTheLoop() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let (ends, end) = AsyncStream.makeStream(of: [LoopLedger].self)
    group.loops[0].execute { Task.immediate { end.yield(await group.shutdown()) } }
    let ledgers = await ends.first { _ in true }
    #expect(ledgers?.allSatisfy(\.isBalanced) == true)
  }

  @Test func aTaskThatKeepsSleepingIsNotInTheWay() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let loop = group.loops[0]
    let task = Task(executorPreference: loop) {
      while !Task.isCancelled { try? await loop.sleep(for: .seconds(3600)) }
    }
    while await loop.run({ loop.ledger.waitsBegun }) == 0 {}
    let ending = Task { await group.shutdown() }
    while await loop.run({ loop.ending == nil }) { await Task.yield() }
    task.cancel()
    #expect(await ending.value[0].isBalanced)
  }

  @Test func whatALoopHasCountedCanBeReadAfterItsEnd() async throws {
    let group = try EventLoopGroup(loopCount: 2)
    let counts = LoopLocal(group: group) { 0 }
    for loop in group.loops { await loop.run { counts.withValue { $0 += loop.index + 1 } } }
    await group.shutdown()
    #expect(await counts.collect { $0 } == [0, 1, 2])
    #expect(await group.loops[0].readStatistics().delayCounts.reduce(0, +) > 0)
  }

  /// The reader finds a loop to come back to, for which nothing is open any more.
  @Test func aCancelledReaderElsewhereComesBack() async throws {
    let (servers, group) = (try EventLoopGroup(loopCount: 1), try EventLoopGroup(loopCount: 1))
    let server = RawServer(loop: servers.loops[0], script: [["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no", nil]])
    let url = try ClientURL("http://\(try await server.listen())/")
    let client = HTTPClient(group: group)
    let (log, gate) = (EventLog(), EventLog())
    let reading = Task {
      try await client.withResponse(to: ClientRequest(.get, url)) { _, body in
        for try await _ in body {
          log.append("piece")
          await gate.wait(for: 1)
        }
      }
    }
    await log.wait(for: 1)
    reading.cancel()
    await server.ends.wait(for: 1)
    let ending = Task { await group.shutdown() }
    while await group.loops[0].run({ group.loops[0].ending == nil }) { await Task.yield() }
    gate.append("open")
    await #expect(throws: (any Error).self) { try await reading.value }
    #expect(await ending.value[0].isBalanced)
    await server.stop()
    #expect(await servers.shutdown()[0].isBalanced)
  }

  // The process of an exit test that hangs is ended by its alarm, without the message that is expected.

  @Test func whatKeepsALoopFromEndingIsNamed() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      alarm(30)
      let group = try EventLoopGroup(loopCount: 1)
      let loop = group.loops[0]
      _ = await loop.run { try? TCPListener.onFreePort(of: loop) {} }
      await group.shutdown(patience: .milliseconds(10))
    }
    #expect(result.words.contains("loop 0 cannot end, because of what is open on it: tcp 127.0.0.1:"))
  }

  @Test func callsThatKeepALoopFromEndingAreNamed() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      alarm(30)
      let group = try EventLoopGroup(loopCount: 1)
      _ = group.loops[0].enter()
      await group.shutdown(patience: .milliseconds(10))
    }
    #expect(result.words.contains("loop 0 cannot end, because calls that need it have not returned: 1"))
  }

  @Test func tasksThatKeepALoopFromEndingAreNamed() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      alarm(30)
      let group = try EventLoopGroup(loopCount: 1)
      Task(executorPreference: group.loops[0]) { while true { await Task.yield() } }
      await group.shutdown(patience: .milliseconds(10))
    }
    #expect(result.words.contains("loop 0 cannot end, because its tasks enqueue work for ever"))
  }

  @Test func workForALoopThatHasEndedIsAFault() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      alarm(30)
      let group = try EventLoopGroup(loopCount: 1)
      await group.shutdown()
      await group.loops[0].run {}
    }
    #expect(result.words.contains("loop 0 has ended"))
  }

  @Test func aTaskCannotEndTheLoopThatItRunsOn() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      alarm(30)
      let group = try EventLoopGroup(loopCount: 1)
      await Task(executorPreference: group.loops[0]) { _ = await group.shutdown() }.value
    }
    #expect(result.words.contains("loop 0 cannot be ended by a task that runs on it"))
  }
}

extension ExitTest.Result {
  fileprivate var words: String { String(decoding: standardErrorContent, as: UTF8.self) }
}
