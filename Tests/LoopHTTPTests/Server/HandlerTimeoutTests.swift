import HTTPTypes
import Testing

@testable import LoopHTTP

@Suite struct HandlerTimeoutTests {
  @Test(arguments: [false, true]) func aHandlerThatTakesTooLongIsCancelled(ignores: Bool) async throws {
    let log = EventLog()
    try await onConnection { router in
      router.get("/slow") { request in
        do {
          try await request.loop.sleep(for: .seconds(3600))
        } catch {
          log.append("\(type(of: error)) \(request.isAborted) \(request.hasTimedOut)")
          if !ignores { throw error }
        }
        var response = Response("late")
        response.onFinish { outcome in log.append("\(outcome)") }
        return response
      }
    } configure: {
      $0.handlerTimeout = .milliseconds(50)
    } _: { client, _ in
      try await client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      let answer = await client.receivedToEnd()
      #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n") && answer.contains("\r\nConnection: close\r\n"))
      #expect(answer.hasSuffix("The request took too long\n"))
    }
    #expect(log.events == ["CancellationError true true"] + (ignores ? ["timedOut"] : []))
  }

  @Test func aHandlersTimeEndsWithItsAnswer() async throws {
    try await onConnection { router in
      router.get("/brief") { request in
        try await request.loop.sleep(for: .milliseconds(1))
        return Response(
          body: .stream { writer in
            try await request.loop.sleep(for: .milliseconds(300))
            try await writer.write("streamed")
          }
        )
      }
    } configure: {
      $0.handlerTimeout = .milliseconds(250)
    } _: { client, _ in
      try await client.send("GET /brief HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      #expect(await client.receivedToEnd().hasSuffix("\r\n8\r\nstreamed\r\n0\r\n\r\n"))
    }
  }

  @Test(arguments: [
    "GET /deaf HTTP/1.1\r\nHost: a\r\n\r\n", "POST /deaf HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nsome",
  ])
  func itsClientNeedNotWaitForAHandlerThatDoesNotHeedItsCancellation(request: String) async throws {
    let log = EventLog()
    let (release, handler) = (AsyncStream.makeStream(of: Void.self), AsyncStream.makeStream(of: Void.self))
    try await onConnection { router in
      for method in [HTTPRequest.Method.get, .post] {
        router.on(method, "/deaf") { request in
          await Task { for await _ in release.stream {} }.value
          do {
            log.append("body \(try await request.body.collect().count)")
          } catch {
            log.append("\(type(of: error))")
          }
          handler.continuation.finish()
          var response = Response("late")
          response.onFinish { outcome in log.append("\(outcome)") }
          return response
        }
      }
    } configure: {
      $0.handlerTimeout = .milliseconds(50)
    } _: { client, _ in
      try await client.send(request)
      let answer = await client.received(until: "took too long\n")
      #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n") && answer.contains("\r\nConnection: close\r\n"))
      #expect(log.events == [])
      release.continuation.finish()
      for await _ in handler.stream {}
      #expect(await client.receivedToEnd() == answer)
    }
    #expect(log.events == [request.hasPrefix("GET") ? "body 0" : "CancellationError", "timedOut"])
  }

  @Test func answersBeforeThatOfALateHandlerComeFirst() async throws {
    try await onConnection { router in
      router.get("/quick") { _ in Response("quick") }
      router.get("/slow") { request in
        try await request.loop.sleep(for: .seconds(3600))
        return Response("late")
      }
    } configure: {
      $0.handlerTimeout = .milliseconds(20)
    } _: { client, _ in
      let request = { (path: String) in "GET /\(path) HTTP/1.1\r\nHost: a\r\n\r\n" }
      try await client.send(request("quick") + request("slow") + request("quick"))
      let received = await client.receivedToEnd()
      let answers = received.split(separator: "HTTP/1.1 ")
      #expect(answers.map { $0.prefix(3) } == ["200", "503"])
    }
  }

  @Test(arguments: [
    RouteLimit(own: .milliseconds(20), server: nil, status: 503),
    RouteLimit(own: nil, server: .milliseconds(20), status: 503),
    RouteLimit(own: .seconds(60), server: .milliseconds(20), status: 200),
  ])
  fileprivate func aRouteMayHaveALimitOfItsOwn(limit: RouteLimit) async throws {
    try await onConnection { router in
      router.get("/slow", options: RouteOptions(handlerTimeout: limit.own)) { request in
        try await request.loop.sleep(for: .milliseconds(60))
        return Response("done")
      }
    } configure: {
      $0.handlerTimeout = limit.server
    } _: { client, _ in
      try await client.send("GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      let answer = await client.receivedToEnd()
      #expect(answer.hasPrefix("HTTP/1.1 \(limit.status) "))
    }
  }
}

private struct RouteLimit {
  let own: Duration?
  let server: Duration?
  let status: Int
}
