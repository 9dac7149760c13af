import HTTPTypes
import Testing

@testable import LoopHTTP

@Suite struct ServerAndClientTests {
  @Test func handlersRunOnTheLoopAndSeeTheRequest() async throws {
    let ledgers = try await withServer(loopCount: 2) { router in
      router.get("/hello/{name}") { request in
        #expect(request.loop.isCurrent)
        #expect(request.routeTemplate == "/hello/{name}")
        return Response("Hello, \(request.parameters["name"] ?? "") \(request.queryValue("q") ?? "-")")
      }
    } _: { server in
      let response = try await server.get("/hello/a%20b?q=1&q=2+3")
      #expect(response.statusCode == 200)
      #expect(response.text == "Hello, a b 2 3")
      #expect(response.header(.contentType) == "text/plain; charset=utf-8")
      #expect(response.header(.date) != nil)
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test func bodiesGoBothWaysInAnySizeAndFraming() async throws {
    let ledgers = try await withServer { router in
      router.post("/echo", options: RouteOptions(bodyLimit: 4_000_000)) { request in
        Response(body: .bytes(try await request.body.collect()))
      }
      router.post("/stream", options: RouteOptions(bodyLimit: 4_000_000)) { request in
        let body = try await request.body.collect()
        return Response(
          body: .stream { writer in for piece in 0..<3 { try await writer.write(body + [UInt8(piece)]) } }
        )
      }
    } _: { server in
      for size in [0, 1, 20_000, 3_000_000] {
        var request = ClientRequest(.post, try server.url("/echo"))
        request.body = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        #expect(try await server.client.execute(request).body == request.body)
        request.url = try server.url("/stream")
        request.responseBodyLimit = 16_000_000
        let expected = (0..<3).flatMap { request.body + [UInt8($0)] }
        #expect(try await server.client.execute(request).body == expected)
      }
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test func routerAnswersForItself() async throws {
    _ = try await withServer { router in
      router.get("/dice") { _ in Response("dice") }
    } _: { server in
      #expect(try await server.get("/nope").statusCode == 404)
      #expect(try await server.get("/dice/").header(.location) == "/dice")
      let wrong = try await server.client.execute(ClientRequest(.post, server.url("/dice")))
      #expect(wrong.statusCode == 405)
      #expect(wrong.header(.allow) == "GET, HEAD")
      let head = try await server.client.execute(ClientRequest(.head, server.url("/dice")))
      #expect(head.header(.contentLength) == "4")
      #expect(head.body.isEmpty)
    }
  }

  @Test(.timeLimit(.minutes(1))) func handlersThatWaitOverlapOnOneLoop() async throws {
    let log = EventLog()
    let ledgers = try await withServer { router in
      // None goes on before all ten are in.
      router.get("/slow") { _ in
        log.append("in")
        await log.wait(for: 10)
        return Response("done")
      }
    } _: { server in
      try await withThrowingTaskGroup(of: Int.self) { tasks in
        for _ in 0..<10 { tasks.addTask { try await server.get("/slow").statusCode } }
        for try await status in tasks { #expect(status == 200) }
      }
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test func aTimeLimitClosesTheConnectionAndCancelsTheHandler() async throws {
    let cancelled = LoopLocal(group: nil) { 0 }
    let ledgers = try await withServer { router in
      router.get("/slow", options: RouteOptions(cancelsWhenClientEnds: true)) { request in
        do {
          try await request.loop.sleep(for: .seconds(3600))
        } catch {
          cancelled.withValue { $0 += 1 }
          throw error
        }
        return Response()
      }
    } _: { server in
      var request = ClientRequest(.get, try server.url("/slow"))
      request.timeout = .seconds(2)
      await #expect(throws: ClientError.timedOut(.response)) { _ = try await server.client.execute(request) }
    }
    #expect(cancelled.withValue { $0 } == 1)
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test func nobodyListeningIsRefused() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let client = HTTPClient(group: group)
    let url = try ClientURL("http://127.0.0.1:1/")
    await #expect(throws: ClientError.connectionRefused("127.0.0.1:1")) {
      _ = try await client.execute(ClientRequest(.get, url))
    }
    await client.shutdown()
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test func aBusyPoolOfTheRuntimeDoesNotUseUpATimeLimit() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let client = HTTPClient(group: group)
    var request = ClientRequest(.get, try ClientURL("http://127.0.0.1:1/"))
    request.timeout = .milliseconds(50)
    let end = EventLoop.monotonicNanoseconds() + 300_000_000
    // More than the pool has threads: whoever needs one waits until all of this is over.
    for _ in 0..<64 { Task { while EventLoop.monotonicNanoseconds() < end {} } }
    await #expect(throws: ClientError.connectionRefused("127.0.0.1:1")) {
      _ = try await client.execute(request)
    }
    await client.shutdown()
    #expect(await group.shutdown()[0].isBalanced)
  }

  @Test func drainingFinishesWhatRunsAndRefusesNewConnections() async throws {
    let log = EventLog()
    let ledgers = try await withServer { router in
      router.get("/slow") { _ in
        log.append("begun")
        await log.wait(for: 2)
        return Response("done")
      }
    } _: { server in
      async let answer = server.get("/slow")
      await log.wait(for: 1)
      async let shutdown: Void = server.server.shutdown(timeout: .seconds(60))
      while await server.accepts() {}
      log.append("drains")
      let response = try await answer
      #expect(response.text == "done")
      #expect(response.header(.connection) == "close")
      await shutdown
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test func aServerThatNeverRanLeavesNothingOpen() async throws {
    let group = try EventLoopGroup(loopCount: 2)
    let server = try HTTPServer(router: Router(), configuration: ServerConfiguration(port: 0), group: group)
    let address = try await server.bind()
    let client = try await RawClient.connect(to: address, on: group.loops[0])
    await server.shutdown()
    #expect(await client.receivedToEnd() == "")
    await client.close()
    try await server.run()
    #expect(await group.shutdown().allSatisfy(\.isBalanced))
  }

  @Test func aTakenPortIsAnErrorAndLeavesNothingOpen() async throws {
    let group = try EventLoopGroup(loopCount: 2)
    let first = try HTTPServer(router: Router(), configuration: ServerConfiguration(port: 0), group: group)
    let port = try await first.bind().port
    let second = try HTTPServer(router: Router(), configuration: ServerConfiguration(port: port), group: group)
    await #expect(throws: UVError.addressInUse) { try await second.bind() }
    await second.shutdown()
    await first.shutdown()
    #expect(await group.shutdown().allSatisfy(\.isBalanced))
  }

  @Test func cancellingTheRunEndsTheServer() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    var router = Router()
    router.get("/slow") { request in
      try await request.loop.sleep(for: .seconds(3600))
      return Response()
    }
    let server = try HTTPServer(router: router, configuration: ServerConfiguration(port: 0), group: group)
    let address = try await server.bind()
    let running = Task { try await server.run() }
    let client = try await RawClient.connect(to: address, on: group.loops[0])
    try await client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
    running.cancel()
    _ = await client.receivedToEnd()
    await client.close()
    try await running.value
    #expect(await group.shutdown()[0].isBalanced)
  }
}
