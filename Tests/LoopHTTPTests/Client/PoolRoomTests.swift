import HTTPTypes
import Testing

@testable import LoopHTTP

/// The one connection that there may be is never lost, however a call ends.
@Suite(.timeLimit(.minutes(1))) struct PoolRoomTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  private static var oneConnection: ClientConfiguration {
    var configuration = ClientConfiguration()
    configuration.connectionsPerOrigin = 1
    configuration.waitersPerOrigin = 1
    return configuration
  }

  @Test func aCallerThatGaveUpWaitingIsNotServed() async throws {
    try await against([[nil], [Self.ok]], configuration: Self.oneConnection) { exchange in
      let holding = Task { try await exchange.get("/holds") }
      await exchange.server.requests.wait(for: 1)
      #expect(await exchange.outcome("/waits", timeout: .milliseconds(20)) == .timedOut(.connectionFromPool))
      holding.cancel()
      _ = await holding.result
      #expect(await exchange.outcome("/next", timeout: .seconds(10)) == nil)
    }
  }

  @Test func anAttemptThatFailedMakesRoomForTheNext() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let client = HTTPClient(group: group, configuration: Self.oneConnection)
    for _ in 0..<3 {
      // Nobody listens there; a port that was given back may be another test's by now.
      var request = ClientRequest(.get, try ClientURL("http://127.0.0.1:1/"))
      request.timeout = .seconds(10)
      await #expect(throws: ClientError.connectionRefused("127.0.0.1:1")) { _ = try await client.execute(request) }
    }
    await client.shutdown()
    #expect(await group.shutdown()[0].isBalanced)
  }

  /// RFC 9112 §9.3.1: only where nothing of the answer has come may the request be sent again.
  @Test func aRequestWhoseAnswerHasBegunIsNotSentAgain() async throws {
    try await against([[Self.ok, "HTTP/1.1 20"], [Self.ok]]) { exchange in
      _ = try await exchange.get("/first")
      #expect(await exchange.outcome("/second", timeout: .seconds(10)) == .connectionClosed(.answering))
      #expect(exchange.server.requests.events.count { $0.contains("/second") } == 1)
    }
  }
}
