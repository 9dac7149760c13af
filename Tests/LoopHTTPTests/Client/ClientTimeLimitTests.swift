import HTTPTypes
import Testing

@testable import LoopHTTP

/// What the client waits for has limits of its own, and all of it together the request's.
@Suite(.timeLimit(.minutes(1))) struct ClientTimeLimitTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  /// Also where no other address is left to try.
  @Test func anAddressThatDoesNotAnswerIsGivenUpLongBeforeTheRequest() async throws {
    let listener = try FullListener()
    var configuration = ClientConfiguration()
    configuration.connectTimeout = .milliseconds(50)
    let group = try EventLoopGroup(loopCount: 1)
    try await withClient(of: group, configuration, stopping: { listener.stop() }) { client in
      var request = ClientRequest(.get, try ClientURL("http://\(listener.address)/"))
      request.timeout = .seconds(3600)
      await #expect(throws: ClientError.timedOut(.connect)) { _ = try await client.execute(request) }
    }
  }

  /// The time limit is the request's and not that of each attempt. All of it is told by one loop, so that a busy machine changes
  /// nothing.
  @Test func aRequestThatIsSentAgainHasWhatIsLeftOfItsTime() async throws {
    let limit = Duration.seconds(4)
    try await against([[Self.ok, nil], [nil]]) { exchange in
      let (loop, log) = (exchange.server.loop, EventLog())
      try await withTaskExecutorPreference(loop) {
        _ = try await exchange.get("/first")
        async let isOver: Void = log.append("\(await exchange.outcome("/again", timeout: limit), default: "answered")")
        await exchange.server.requests.wait(for: 2)
        try await loop.sleep(for: limit / 2)
        await exchange.server.endConnections()
        async let isLate: Void = {
          try await loop.sleep(for: limit)
          log.append("late")
        }()
        await isOver
        try await isLate
      }
      #expect(log.events == ["\(ClientError.timedOut(.response))", "late"])
      #expect(exchange.server.requests.events.count == 3)
    }
  }

  /// The loop's own time is that of the last look at its sockets.
  @Test func aTimeLimitBeginsWithItsCall() async throws {
    let limit = Duration.milliseconds(400)
    try await against([[Self.ok]]) { exchange in
      let own = try EventLoopGroup(loopCount: 1)
      let client = HTTPClient(group: own)
      var request = ClientRequest(.get, try exchange.url("/"))
      request.timeout = limit
      let response = try await Task(executorPreference: own.loops[0]) { [request] in
        let end = ContinuousClock.now + limit * 2
        while ContinuousClock.now < end {}
        return try await client.execute(request)
      }.value
      #expect(response.text == "ok")
      await client.shutdown()
      #expect(await own.shutdown()[0].isBalanced)
    }
  }
}
