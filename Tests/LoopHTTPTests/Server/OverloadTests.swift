import HTTPTypes
import Testing

@testable import LoopHTTP

/// What a server does with more clients and requests than it can serve.
@Suite(.timeLimit(.minutes(1))) struct OverloadTests {
  @Test func requestsAboveTheLimitAreTurnedAwayWithinTheMiddleware() async throws {
    struct Witness: Middleware {
      let log: EventLog

      func handle(_ request: Request, next: (Request) async throws -> Response) async throws -> Response {
        log.append("asked")
        let response = try await next(request)
        log.append("\(request.routeTemplate ?? "none") \(response.status.code)")
        return response
      }
    }
    let log = EventLog()
    try await onConnection(middleware: [Witness(log: log)]) { router in
      router.get("/slow") { request in
        try await request.loop.sleep(for: .seconds(3600))
        return Response()
      }
    } configure: {
      $0.maximumRequests = 1
    } _: { client, server in
      let busy = try await RawClient.connect(to: server.address, on: server.group.loops[0])
      try await busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      try await client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      let answer = await client.received(until: "\r\n\r\n")
      #expect(answer.contains("HTTP/1.1 503 ") && answer.contains("\r\nRetry-After: 1\r\n"))
      #expect(log.events == ["asked", "asked", "/slow 503"])
      await busy.close()
    }
  }

  @Test func anAnsweredRequestMakesRoomForTheNext() async throws {
    try await onConnection(EchoRoutes.add, configure: { $0.maximumRequests = 1 }) { client, _ in
      // One that does not wait, and one that does.
      for count in 1...2 {
        try await client.send(EchoRoutes.quick + EchoRoutes.post + "Content-Length: 1\r\n\r\n\(count)")
        #expect(await client.received(until: "\r\n\r\n\(count)").count(of: "HTTP/1.1 200 OK\r\n") == 2 * count)
      }
    }
  }

  @Test func aRouteThatIsAnsweredUnderOverloadIsAnsweredAboveTheLimit() async throws {
    let log = EventLog()
    try await onConnection { router in
      router.get("/slow") { request in
        log.append("asked")
        try await request.loop.sleep(for: .seconds(3600))
        return Response()
      }
      router.get("/probe", options: RouteOptions(isAnsweredUnderOverload: true)) { _ in Response("well") }
      router.get("/other") { _ in Response("well") }
    } configure: {
      $0.maximumRequests = 1
    } _: { client, server in
      let busy = try await RawClient.connect(to: server.address, on: server.group.loops[0])
      try await busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      try await client.send("GET /probe HTTP/1.1\r\nHost: a\r\n\r\n")
      // The probe was none of those in work, so its end makes no room for another.
      try await client.send("GET /other HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      let answers = await client.receivedToEnd().matches(of: /HTTP\/1\.1 (\d+)/).map(\.output.1)
      #expect(answers == ["200", "503"])
      await busy.close()
    }
  }

  /// Several may come in one look at the sockets.
  @Test func connectionsThatComeAtOnceAreNoMoreThanMay() async throws {
    let log = EventLog()
    let ledgers = try await withServer { router in
      router.get("/holds") { request in
        log.append("begun")
        try await request.loop.sleep(for: .seconds(3600))
        return Response()
      }
    } configure: {
      $0.maximumConnections = 1
    } _: { server in
      var clients: [BlockingSocket] = []
      try await server.whileStopped {
        for _ in 0..<2 {
          let client = try BlockingSocket(to: server.address)
          try client.send("GET /holds HTTP/1.1\r\nHost: a\r\n\r\n")
          clients.append(client)
        }
      }
      await log.wait(for: 1)
      await server.catchUp()
      #expect(log.events.count == 1)
      clients[0].reset()
      clients[1].reset()
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test func aConnectionAboveTheLimitWaitsForItsTurn() async throws {
    try await onConnection(EchoRoutes.add, configure: { $0.maximumConnections = 1 }) { client, server in
      try await client.send(EchoRoutes.quick)
      _ = await client.received(until: "quick")
      let next = try await RawClient.connect(to: server.address, on: server.group.loops[0])
      try await next.send(EchoRoutes.quick)
      await client.close()
      #expect(await next.received(until: "quick").contains("HTTP/1.1 200 OK\r\n"))
      await next.close()
    }
  }
}
