import HTTPTypes
import Testing

@testable import LoopHTTP

/// Names with several addresses, of which some do not answer. The ports differ, because it is one machine.
@Suite(.timeLimit(.minutes(1))) struct ConnectionRaceTests {
  private static let ever = Duration.seconds(3600)

  /// What a race comes to, and the address it reached.
  private static func outcome(
    of addresses: [SocketAddress],
    on loop: EventLoop,
    timeout: Duration = ever,
    delay: Duration
  ) async -> Result<String, UVError> {
    await withCheckedContinuation { continuation in
      loop.execute {
        // What it calls back holds it until then.
        var race: ConnectionRace?
        race = ConnectionRace(to: addresses, on: loop, timeout: timeout, delay: delay) {
          let result = race?.result ?? .failure(.cancelled)
          race = nil
          continuation.resume(
            returning: result.map { stream in
              defer { stream.close() }
              return stream.remoteAddress?.description ?? "nowhere"
            }
          )
        }
        race?.begin()
      }
    }
  }

  private static func withServer(_ body: (EventLoop, SocketAddress) async throws -> Void) async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let server = DeafServer(loop: group.loops[0], answer: "")
    try await body(group.loops[0], try await server.listen())
    await server.stop()
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test func aSilentAddressDoesNotKeepTheNextFromBeingTried() async throws {
    let (silent, other) = (try FullListener(), try FullListener())
    defer {
      silent.stop()
      other.stop()
    }
    try await Self.withServer { loop, live in
      let addresses = [silent.address, other.address, live]
      #expect(await Self.outcome(of: addresses, on: loop, delay: .milliseconds(1)) == .success("\(live)"))
      #expect(await loop.run { loop.timers?.count } == 0)
    }
  }

  /// RFC 8305 §4: one family does not have to be tried to its end before the other begins.
  @Test(arguments: [
    (["::1", "::1", "::1", "::1", "1.1.1.1", "1.1.1.2"], ["::1", "1.1.1.1", "::1", "1.1.1.2", "::1", "::1"]),
    (["1.1.1.1", "::1", "::2", "::3"], ["1.1.1.1", "::1", "::2", "::3"]),
    (["1.1.1.1", "::1", "1.1.1.2", "1.1.1.3"], ["1.1.1.1", "::1", "1.1.1.2", "1.1.1.3"]),
    (["1.1.1.1"], ["1.1.1.1"]), ([], []),
  ])
  func theFamiliesTakeTurns(resolved: [String], tried: [String]) throws {
    let addresses = try resolved.map { try SocketAddress(ip: $0, port: 80) }
    #expect(ConnectionRace.order(of: addresses).map(\.ip) == tried)
  }

  @Test func chanceSpreadsThePreferredFamily() throws {
    let addresses = try (1...64).map { try SocketAddress(ip: "10.0.0.\($0)", port: 80) }
    let ordered = ConnectionRace.order(of: addresses).map(\.ip)
    #expect(ordered != addresses.map(\.ip))
    #expect(Set(ordered) == Set(addresses.map(\.ip)))
  }

  @Test func aRefusalLetsTheNextBeTriedAtOnce() async throws {
    let listener = try FullListener()
    listener.stop()
    try await Self.withServer { loop, live in
      #expect(await Self.outcome(of: [listener.address, live], on: loop, delay: Self.ever) == .success("\(live)"))
    }
  }

  @Test func whereNoneAnswersTheLastSaysWhy() async throws {
    let (silent, refusing) = (try FullListener(), try FullListener())
    defer { silent.stop() }
    refusing.stop()
    try await Self.withServer { loop, _ in
      func outcome(_ listeners: [FullListener]) async -> Result<String, UVError> {
        await Self.outcome(of: listeners.map(\.address), on: loop, timeout: .milliseconds(20), delay: .milliseconds(1))
      }
      #expect(await outcome([refusing, silent]) == .failure(.cancelled))
      #expect(await outcome([refusing, refusing]) == .failure(.connectionRefused))
    }
  }

  @Test func aRaceThatIsCancelledLeavesNothing() async throws {
    let silent = try FullListener()
    defer { silent.stop() }
    try await Self.withServer { loop, _ in
      await loop.run {
        let addresses = [silent.address, silent.address]
        let race = ConnectionRace(to: addresses, on: loop, timeout: Self.ever, delay: Self.ever) {
          Issue.record("nobody waits any more")
        }
        race.begin()
        race.cancel()
      }
      while await loop.run({ loop.ledger.requestsFinished }) < 1 { await Task.yield() }
      #expect(await loop.run { loop.timers?.count } == 0)
    }
  }

  /// With the limits as they are: one address' is as long as the request's here.
  @Test func aClientReachesANameOfWhichHalfIsSilent() async throws {
    let closing = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    let group = try EventLoopGroup(loopCount: 1)
    let server = RawServer(loop: group.loops[0], script: Array(repeating: [closing], count: 8))
    let address = try await server.listen()
    let silent = try FullListener(ip: "127.0.0.2", port: address.port)
    let resolver = NameResolver { _ in .success([silent.address, address]) }
    let client = HTTPClient(group: group, configuration: .init(), resolver: resolver)
    // Chance orders the addresses.
    for _ in 0..<8 {
      var request = ClientRequest(.get, try ClientURL("http://two:\(address.port)/"))
      request.timeout = .seconds(2)
      #expect(try await client.execute(request).text == "ok")
    }
    silent.stop()
    await client.shutdown()
    await server.stop()
    #expect(await group.shutdown()[0].isBalanced)
  }
}
