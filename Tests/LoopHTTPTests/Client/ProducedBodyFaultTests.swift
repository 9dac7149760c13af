import HTTPTypes
import Synchronization
import Testing

@testable import LoopHTTP

/// Produced bodies that are not completed.
@Suite(.timeLimit(.minutes(1))) struct ProducedBodyFaultTests {
  private enum Marker: Error { case mine }

  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  @Test(arguments: [nil, 8]) func anErrorOfTheClosureIsThrownAndCutsTheBody(length: Int?) async throws {
    let log = EventLog()
    _ = try await withServer { router in
      router.post("/") { request in
        do {
          for try await _ in request.body { log.append("piece") }
          log.append("complete")
        } catch {
          log.append("cut")
        }
        return Response()
      }
    } _: { server in
      await #expect(throws: Marker.mine) {
        _ = try await server.client.execute(ClientRequest(.post, server.url("/")), bodyLength: length) { writer in
          try await writer.write("half")
          await log.wait(for: 1)
          throw Marker.mine
        }
      }
      await log.wait(for: 2)
    }
    #expect(log.events == ["piece", "cut"])
  }

  @Test func anErrorOfTheClosureEndsAResponseThatIsRead() async throws {
    let begun = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no"
    let read = EventLog()
    try await against([[begun, nil]]) { exchange in
      await #expect(throws: Marker.mine) {
        try await exchange.client.withResponse(
          to: ClientRequest(.post, exchange.url("/")),
          body: { _ in
            await read.wait(for: 1)
            throw Marker.mine
          }
        ) { _, body in for try await _ in body { read.append("piece") } }
      }
    }
  }

  @Test(arguments: [["abc"], ["abc", "def"], ["abc", "def", "de"]], [false, true])
  func aBodyOfAnotherLengthIsAnError(pieces: [String], closureKeepsErrors: Bool) async throws {
    let log = EventLog()
    _ = try await withServer { router in
      router.post("/") { request in
        log.append((try? await request.body.collect()) == nil ? "cut" : "complete")
        return Response()
      }
    } _: { server in
      await #expect(throws: ClientError.bodyLengthMismatch(5)) {
        _ = try await server.client.execute(ClientRequest(.post, server.url("/")), bodyLength: 5) { writer in
          for piece in pieces {
            do { try await writer.write(piece) } catch { if !closureKeepsErrors { throw error } }
          }
        }
      }
      await log.wait(for: 1)
    }
    #expect(log.events == ["cut"])
  }

  /// A write that has ended says nothing of one that has not.
  @Test func eachOfTwoWritesAtOnceHasItsTime() async throws {
    let written = EventLog()
    try await againstDeafServer(answering: "") { client, url in
      var request = ClientRequest(.put, url)
      request.timeout = .seconds(2)
      await #expect(throws: ClientError.timedOut(.response)) {
        _ = try await client.execute(request, bodyLength: 1 << 26) { writer in
          async let stuck: Void = writer.write([UInt8](repeating: 0, count: 1 << 26))
          async let empty: Void = writer.write("")
          try await empty
          written.append("empty")
          try await stuck
          written.append("stuck")
        }
      }
    }
    #expect(written.events == ["empty"])
  }

  @Test func cancellingTheCallerCancelsTheClosure() async throws {
    let log = EventLog()
    try await against([[nil]]) { exchange in
      let task = Task {
        try await exchange.client.execute(ClientRequest(.post, exchange.url("/"))) { writer in
          defer { log.append(Task.isCancelled ? "cancelled" : "finished") }
          try await writer.connection.loop.sleep(for: .seconds(3600))
        }
      }
      await exchange.server.requests.wait(for: 1)
      task.cancel()
      await #expect(throws: ClientError.cancelled) { _ = try await task.value }
      #expect(log.events == ["cancelled"])
    }
  }

  /// While nobody waits for the response, too.
  @Test func cancellingWhoReadsCancelsTheClosure() async throws {
    let log = EventLog()
    try await against([[Self.ok, nil]]) { exchange in
      let task = Task {
        try await exchange.client.withResponse(
          to: ClientRequest(.post, exchange.url("/")),
          body: { writer in
            defer { log.append(Task.isCancelled ? "cancelled" : "finished") }
            try await writer.connection.loop.sleep(for: .seconds(3600))
          }
        ) { _, _ in
          log.append("head")
          await log.wait(for: 2)
        }
      }
      await log.wait(for: 1)
      task.cancel()
      try await task.value
      #expect(log.events == ["head", "cancelled"])
    }
  }

  /// RFC 9110 §9.2.2 would allow it for a PUT, but the closure cannot begin again.
  @Test func itIsNeverSentAgain() async throws {
    let calls = EventLog()
    try await against([[Self.ok, ""], [Self.ok]]) { exchange in
      _ = try await exchange.get("/first")
      await #expect(throws: ClientError.connectionClosed(.stale)) {
        _ = try await exchange.client.execute(ClientRequest(.put, exchange.url("/once"))) { writer in
          calls.append("called")
          try await writer.write("body")
        }
      }
      #expect(exchange.server.requests.events.count { $0.contains("/once") } == 1)
    }
    #expect(calls.events == ["called"])
  }

  @Test func aWriterThatIsKeptDoesNotReachTheNextRequest() async throws {
    let kept = Mutex<RequestWriter?>(nil)
    _ = try await withServer(ProducedBodyTests.addReport) { server in
      let request = ClientRequest(.post, try server.url("/report"))
      _ = try await server.client.execute(request) { writer in kept.withLock { $0 = writer } }
      let answer = try await server.client.execute(request) { writer in
        let other = try #require(kept.withLock { $0 })
        await #expect(throws: ClientError.bodyEnded) { try await other.write("INJECTED") }
        try await writer.write("own")
      }
      #expect(answer.text.hasPrefix("- chunked own "))
    }
    kept.withLock { $0 = nil }
  }

  @Test func twoBodiesAndNegativeLengthsAreRefused() async throws {
    try await against([[Self.ok]]) { exchange in
      var request = ClientRequest(.post, try exchange.url("/"))
      await #expect(throws: ClientError.invalidRequest("its body has a negative length")) {
        _ = try await exchange.client.execute(request, bodyLength: -1) { _ in }
      }
      request.body = [1]
      await #expect(throws: ClientError.invalidRequest("it has two bodies")) {
        _ = try await exchange.client.execute(request) { _ in }
      }
      #expect(await exchange.server.connectionCount == 0)
    }
  }
}
