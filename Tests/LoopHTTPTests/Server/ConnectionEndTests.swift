import Synchronization
import Testing

@testable import LoopHTTP

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A request under way when either side has had enough.
@Suite(.timeLimit(.minutes(1))) struct ConnectionEndTests {
  @Test func aHalfClosedClientStillGetsItsAnswer() async throws {
    let log = EventLog()
    try await onConnection { router in
      router.get("/slow") { _ in
        log.append("begun")
        await log.wait(for: 2)
        return Response("late")
      }
    } _: { client, server in
      try await client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      await client.halfClose()
      await server.catchUp()
      log.append("ended")
      #expect(await client.receivedToEnd().contains("late"))
    }
  }

  /// libuv reports the reset as an orderly end where it comes together with bytes.
  @Test func aResetRightBehindTheRequestCancelsIt() async throws {
    let log = EventLog()
    let ledgers = try await withServer { router in
      router.get("/first") { _ in
        log.append("first")
        return Response()
      }
      router.get("/slow") { request in
        defer { log.append(Task.isCancelled ? "cancelled" : "finished") }
        try await request.loop.sleep(for: .seconds(5))
        return Response()
      }
    } _: { server in
      let client = try BlockingSocket(to: server.address)
      try client.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      let sent = Mutex(false)
      let stopped = EventLog()
      server.group.loops[0].execute {
        stopped.append("stopped")
        while !sent.withLock({ $0 }) { sched_yield() }
      }
      await stopped.wait(for: 1)
      try client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      client.reset()
      sent.withLock { $0 = true }
      await log.wait(for: 2)
    }
    #expect(log.events == ["first", "cancelled"])
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test func anyThreadMayAskWhetherTheServerGaveUp() async throws {
    try await onConnection { router in
      router.get("/asked") { request in
        Response("\(await Task.detached { request.isAborted }.value)")
      }
    } _: { client, _ in
      try await client.send("GET /asked HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(await client.received(until: "false").contains("HTTP/1.1 200 OK\r\n"))
    }
  }

  @Test func whatStillRunsAfterTheDrainsTimeIsCancelled() async throws {
    let log = EventLog()
    try await onConnection { router in
      router.get("/slow") { request in
        log.append("begun")
        defer { log.append(Task.isCancelled ? "cancelled" : "finished") }
        try await request.loop.sleep(for: .seconds(3600))
        return Response()
      }
    } _: { client, server in
      try await client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      await server.server.shutdown(timeout: .milliseconds(20))
      #expect(log.events == ["begun", "cancelled"])
    }
  }

  @Test func anObserverHearsThatTheServerGaveUp() async throws {
    let log = EventLog()
    try await onConnection { router in
      router.get("/slow") { request in
        log.append("begun")
        try? await request.loop.sleep(for: .seconds(3600))
        var response = Response("late")
        response.onFinish { outcome in log.append("\(outcome)") }
        return response
      }
    } _: { client, server in
      try await client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      await log.wait(for: 1)
      await server.server.shutdown(timeout: .milliseconds(20))
      #expect(log.events == ["begun", "aborted"])
    }
  }
}
