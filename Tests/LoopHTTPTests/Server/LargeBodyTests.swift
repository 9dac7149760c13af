import HTTPTypes
import Testing

@testable import LoopHTTP

/// Bodies of many reads, of which most go straight to who takes them.
@Suite(.timeLimit(.minutes(1))) struct LargeBodyTests {
  private static let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8 ^ $0 >> 16) }

  /// Some readers take all at once, and some let the next reads wait.
  @Test(arguments: [1, 3, 1000], [nil, bytes.count])
  func allOfItComesInOrder(pause: Int, length: Int?) async throws {
    let ledgers = try await withServer { router in
      router.post("/echo", options: RouteOptions(bodyLimit: Self.bytes.count)) { request in
        Response(
          body: .stream { writer in
            var count = 0
            for try await piece in request.body {
              count += 1
              if count.isMultiple(of: pause) { try await request.loop.sleep(for: .milliseconds(1)) }
              try await writer.write(piece)
            }
          }
        )
      }
    } _: { server in
      var request = ClientRequest(.post, try server.url("/echo"))
      request.responseBodyLimit = Self.bytes.count
      let answer = try await server.client.execute(request, bodyLength: length) { writer in
        var start = 0
        while start < Self.bytes.count {
          let end = min(start + 100_003, Self.bytes.count)
          try await writer.write(Array(Self.bytes[start..<end]))
          start = end
        }
      }
      #expect(answer.body == Self.bytes)
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test func anEndWithinItIsTold() async throws {
    let log = EventLog()
    let ledgers = try await withServer { router in
      router.post("/", options: RouteOptions(bodyLimit: Self.bytes.count)) { request in
        var count = 0
        do {
          for try await piece in request.body { count += piece.count }
        } catch {
          log.append("\(count) bytes")
          throw error
        }
        return Response()
      }
    } _: { server in
      let client = try await RawClient.connect(to: server.address, on: server.group.loops[0])
      try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n")
      try await client.send(String(repeating: "x", count: 1_000_000))
      await client.halfClose()
      #expect(await client.receivedToEnd().contains("HTTP/1.1 400 "))
      await client.close()
    }
    #expect(log.events == ["1000000 bytes"])
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  /// Whoever finds the end first: it is the reader where much has come before.
  @Test(arguments: [true, false]) func anEndWithinItCancelsTheHandler(byReset: Bool) async throws {
    let log = EventLog()
    let options = RouteOptions(bodyLimit: Self.bytes.count, cancelsWhenClientEnds: !byReset)
    let ledgers = try await withServer { router in
      router.post("/", options: options) { request in
        _ = try? await request.body.collect()
        do {
          try await request.loop.sleep(for: .seconds(3600))
        } catch {
          log.append("cancelled")
        }
        return Response()
      }
    } _: { server in
      let client = try BlockingSocket(to: server.address)
      let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n"
      let start = head + String(repeating: "x", count: 8 * EventLoop.readBufferBytes - head.utf8.count)
      #expect(await onHeldThread { (try? client.send(start)) != nil })
      try await server.group.loops[0].sleep(for: .milliseconds(20))
      byReset ? client.reset() : client.halfClose()
      await log.wait(for: 1)
      if !byReset { client.close() }
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }
}
