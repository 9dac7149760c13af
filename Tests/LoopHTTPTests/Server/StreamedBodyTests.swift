import HTTPTypes
import Synchronization
import Testing

@testable import LoopHTTP

/// Bodies that are produced while they are sent.
@Suite(.timeLimit(.minutes(1))) struct StreamedBodyTests {
  private static let get = "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"

  @Test func aWriteOfACancelledTaskLeavesTheBodyToOthers() async throws {
    let errors = EventLog()
    try await onConnection { router in
      router.get("/stream") { _ in
        Response(
          body: .stream { writer in
            let child = Task {
              unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
              await errors.append(error(of: writer))
            }
            await child.value
            try await writer.write("kept")
          }
        )
      }
    } _: { client, _ in
      try await client.send(Self.get)
      #expect(await client.received(until: "0\r\n\r\n").hasSuffix("\r\n\r\n4\r\nkept\r\n0\r\n\r\n"))
    }
    #expect(errors.events == ["cancelled"])
  }

  @Test func aWriterThatOutlivesItsBodyDoesNotReachTheConnection() async throws {
    let kept = Mutex<ResponseWriter?>(nil)
    let errors = EventLog()
    try await onConnection { router in
      EchoRoutes.add(&router)
      router.get("/stream") { _ in
        Response(
          body: .stream { writer in
            kept.withLock { $0 = writer }
            try await writer.write("first")
          }
        )
      }
      // Its own body is under way when the other's writer is used.
      router.get("/next") { _ in
        Response(
          body: .stream { writer in
            try await writer.write("next")
            await errors.append(error(of: kept.withLock { $0 }))
          }
        )
      }
    } _: { client, _ in
      try await client.send(Self.get)
      #expect(await client.received(until: "0\r\n\r\n").hasSuffix("5\r\nfirst\r\n0\r\n\r\n"))
      await client.forget()
      await errors.append(error(of: kept.withLock { $0 }))
      try await client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
      let answer = await client.received(until: "0\r\n\r\n")
      #expect(answer.contains("HTTP/1.1 200 OK\r\n") && answer.hasSuffix("\r\n\r\n4\r\nnext\r\n0\r\n\r\n"))
    }
    // The writer holds its connection, and that the routes, which hold this.
    kept.withLock { $0 = nil }
    #expect(errors.events == ["bodyEnded", "bodyEnded"])
  }

  /// An event stream may have nothing to say for long, and its client is to know that it stands.
  @Test(arguments: [false, true]) func theHeadDoesNotWaitForTheFirstBytes(writesNothing: Bool) async throws {
    let gate = EventLog()
    try await onConnection { router in
      router.get("/stream") { _ in
        Response(
          body: .stream { writer in
            if writesNothing { try await writer.write([]) }
            await gate.wait(for: 1)
            try await writer.write("event")
          }
        )
      }
    } _: { client, _ in
      try await client.send(Self.get)
      #expect(await client.received(until: "\r\n\r\n").hasSuffix("\r\nTransfer-Encoding: chunked\r\n\r\n"))
      gate.append("go on")
      #expect(await client.received(until: "0\r\n\r\n").contains("5\r\nevent\r\n"))
    }
  }

  @Test func aWriterHearsThatItsClientTookNothing() async throws {
    let log = EventLog()
    let ledgers = try await withServer { router in
      router.get("/stream") { _ in
        Response(
          body: .stream { writer in
            do {
              while true { try await writer.write([UInt8](repeating: 0, count: 1 << 20)) }
            } catch {
              log.append("\(error)")
              throw error
            }
          }
        )
      }
    } configure: {
      $0.writeTimeout = .milliseconds(100)
    } _: { server in
      let client = try await RawClient.connect(to: server.address, on: server.group.loops[0], reading: false)
      try await client.send(Self.get)
      await log.wait(for: 1)
      await client.close()
    }
    #expect(log.events == ["timedOut"])
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  /// The time for a client to take something counts only while something waits for it.
  @Test func aStreamMayRestAfterItsClientHasTakenAll() async throws {
    let ledgers = try await withServer { router in
      router.get("/port") { request in Response("\(request.remoteAddress?.port ?? 0)") }
      router.get("/stream") { request in
        Response(
          body: .stream { writer in
            try await writer.write([UInt8](repeating: 0, count: 16 << 20))
            try await request.loop.sleep(for: .milliseconds(2500))
          }
        )
      }
    } configure: {
      $0.writeTimeout = .seconds(2)
    } _: { server in
      let port = try await server.get("/port").text
      var request = ClientRequest(.get, try server.url("/stream"))
      request.responseBodyLimit = 1 << 25
      #expect(try await server.client.execute(request).body.count == 16 << 20)
      #expect(try await server.get("/port").text == port, "the connection goes on")
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  // MARK: Content-Length, RFC 9112 §6.2

  private static func add(_ router: inout Router, length: String, _ pieces: [String], _ log: EventLog = EventLog()) {
    router.get("/stream") { _ in
      var response = Response(
        body: .stream { writer in
          do {
            for piece in pieces { try await writer.write(piece) }
          } catch {
            log.append("\(error)")
            throw error
          }
        }
      )
      response.append(.contentLength, length)
      return response
    }
  }

  @Test(arguments: ["HTTP/1.1", "HTTP/1.0"]) func aStreamMaySayItsLength(version: String) async throws {
    try await onConnection {
      Self.add(&$0, length: "5", ["ab", "", "cde"])
    } _: { client, _ in
      let get = "GET /stream \(version)\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"
      for _ in 0..<2 {
        try await client.send(get)
        let answer = await client.received(until: "abcde")
        #expect(answer.contains("\r\nContent-Length: 5\r\n") && answer.hasSuffix("\r\n\r\nabcde"))
        #expect(answer.count(of: "Content-Length") == 1 && !answer.contains("Transfer-Encoding"))
        await client.forget()
      }
    }
  }

  /// HTTP/1.0 knows no chunks.
  @Test func aStreamWithoutLengthLastsUntilTheEndOfA10Connection() async throws {
    try await onConnection { router in
      router.get("/stream") { _ in Response(body: .stream { try await $0.write("abcde") }) }
    } _: { client, _ in
      try await client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      let answer = await client.receivedToEnd()
      #expect(answer.contains("\r\nConnection: close\r\n") && answer.hasSuffix("\r\n\r\nabcde"))
    }
  }

  @Test func aStreamThatIsShorterThanItSaidLacksItsEnd() async throws {
    try await onConnection {
      Self.add(&$0, length: "6", ["abcde"])
    } _: { client, _ in
      try await client.send(Self.get)
      #expect(await client.receivedToEnd().hasSuffix("\r\nContent-Length: 6\r\n\r\nabcde"))
    }
  }

  @Test func aStreamThatIsLongerThanItSaidIsCut() async throws {
    let log = EventLog()
    try await onConnection {
      Self.add(&$0, length: "4", ["ab", "cde"], log)
    } _: { client, _ in
      try await client.send(Self.get + Self.get)
      #expect(await client.receivedToEnd().hasSuffix("\r\n\r\nab"))
    }
    #expect(log.events == ["bodyTooLong"])
  }

  @Test func aLengthThatIsNoneIsNotSaid() async throws {
    try await onConnection {
      Self.add(&$0, length: "+5", ["abcde"])
    } _: { client, _ in
      try await client.send(Self.get)
      let answer = await client.received(until: "0\r\n\r\n")
      #expect(answer.contains("\r\nTransfer-Encoding: chunked\r\n") && !answer.contains("Content-Length"))
    }
  }
}

/// What a write of nobody's bytes ends with.
private func error(of writer: ResponseWriter?) async -> String {
  do throws(ConnectionError) {
    try await writer?.write("INJECTED")
    return "written"
  } catch {
    return "\(error)"
  }
}
