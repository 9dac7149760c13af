import HTTPTypes
import Synchronization
import Testing

@testable import LoopHTTP

/// A request whose body is produced while it is sent.
@Suite(.timeLimit(.minutes(1))) struct ProducedBodyTests {
  @TaskLocal private static var name = "nobody"

  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
  private static let refused = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno"

  /// Answers how the request was framed, what its content was, and from where it came.
  static func addReport(_ router: inout Router) {
    router.post("/report") { request in
      let framing = "\(request.header(.contentLength) ?? "-") \(request.header(.transferEncoding) ?? "-")"
      let text = String(decoding: try await request.body.collect(), as: UTF8.self)
      return Response("\(framing) \(text) \(request.remoteAddress?.port ?? 0)")
    }
  }

  @Test(arguments: [nil, 5], ["abcde", "ab cde"]) func itGoesWithItsLengthOrChunked(length: Int?, pieces: String)
    async throws
  {
    let ledgers = try await withServer(Self.addReport) { server in
      let request = ClientRequest(.post, try server.url("/report"))
      var answers: Set<String> = []
      for _ in 0..<2 {
        let answer = try await Self.$name.withValue("Ada") {
          try await server.client.execute(request, bodyLength: length) { writer in
            #expect(Self.name == "Ada" && EventLoop.current != nil)
            for piece in pieces.split(separator: " ") { try await writer.write(String(piece)) }
            try await writer.write("")
          }
        }
        answers.insert(answer.text)
      }
      let framing = length.map { "\($0) -" } ?? "- chunked"
      #expect(answers.count == 1, "both on one connection")
      #expect(answers.first?.hasPrefix("\(framing) abcde ") == true)
    }
    #expect(ledgers.filter { !$0.isBalanced } == [])
  }

  @Test(arguments: [nil, 0]) func itMayBeEmpty(length: Int?) async throws {
    _ = try await withServer(Self.addReport) { server in
      let request = ClientRequest(.post, try server.url("/report"))
      let answer = try await server.client.execute(request, bodyLength: length) { _ in }
      #expect(answer.text.hasPrefix(length == nil ? "- chunked  " : "0 -  "))
    }
  }

  /// Either side goes on only when it has what the other has just sent.
  @Test func bothDirectionsFlowAtOnce() async throws {
    let log = EventLog()
    _ = try await withServer { router in
      router.post("/echo") { request in
        Response(body: .stream { writer in for try await piece in request.body { try await writer.write(piece) } })
      }
    } _: { server in
      let request = ClientRequest(.post, try server.url("/echo"))
      let text = try await server.client.withResponse(
        to: request,
        body: { writer in
          for count in 1...3 {
            try await writer.write("\(count)")
            await log.wait(for: count)
          }
        }
      ) { _, body in
        var text = ""
        for try await piece in body {
          text += String(decoding: piece, as: UTF8.self)
          log.append(text)
        }
        return text
      }
      #expect(text == "123" && log.events == ["1", "12", "123"])
    }
  }

  @Test func aServerThatTakesNothingHoldsTheClosureForTheTimeLimit() async throws {
    let written = Atomic(0)
    try await againstDeafServer(answering: "") { client, url in
      var request = ClientRequest(.post, url)
      request.timeout = .seconds(2)
      await #expect(throws: ClientError.timedOut(.response)) {
        _ = try await client.execute(request) { writer in
          while true {
            try await writer.write([UInt8](repeating: 0, count: 1 << 16))
            written.add(1 << 16, ordering: .relaxed)
          }
        }
      }
    }
    // What the system's own buffers take.
    #expect((1 << 16)...(1 << 26) ~= written.load(ordering: .relaxed))
  }

  @Test func theClosuresOwnTimeIsNotTheServers() async throws {
    _ = try await withServer(Self.addReport) { server in
      var request = ClientRequest(.post, try server.url("/report"))
      // For the other steps, too, which a busy machine may keep waiting.
      request.timeout = .seconds(3)
      let loop = server.group.loops[0]
      let answer = try await server.client.execute(request) { writer in
        try await writer.write("ab")
        try await loop.sleep(for: .seconds(4))
        try await writer.write("cde")
      }
      #expect(answer.text.hasPrefix("- chunked abcde "))
    }
  }

  @Test func anAnswerThatDoesNotComeAfterTheBodyIsLate() async throws {
    try await against([[nil]]) { exchange in
      var request = ClientRequest(.post, try exchange.url("/"))
      request.timeout = .seconds(2)
      await #expect(throws: ClientError.timedOut(.response)) {
        _ = try await exchange.client.execute(request) { try await $0.write("body") }
      }
    }
  }

  // MARK: Answers before the body's end, RFC 9112 §9.5

  @Test(arguments: [refused, ok]) func anAnswerEndsAClosureThatWaits(answer: String) async throws {
    try await against([[answer, nil]]) { exchange in
      let log = EventLog()
      let response = try await exchange.client.execute(ClientRequest(.post, exchange.url("/"))) { writer in
        defer { log.append(Task.isCancelled ? "cancelled" : "finished") }
        try await writer.connection.loop.sleep(for: .seconds(3600))
      }
      #expect(response.text == (answer == Self.ok ? "ok" : "no"))
      #expect(log.events == ["cancelled"], "before the answer is given")
      await exchange.server.ends.wait(for: 1)
    }
  }

  @Test func aRefusalEndsTheClosureBeforeItIsReadAndAnotherAnswerDoesNot() async throws {
    for (answer, event) in [(Self.refused, "cancelled"), (Self.ok, "finished")] {
      try await against([[answer, nil]]) { exchange in
        let log = EventLog()
        let isRead = EventLog()
        try await exchange.client.withResponse(
          to: ClientRequest(.post, exchange.url("/")),
          body: { writer in
            if answer == Self.refused { try? await writer.connection.loop.sleep(for: .seconds(3600)) }
            await isRead.wait(for: 1)
            log.append(Task.isCancelled ? "cancelled" : "finished")
          }
        ) { _, _ in
          isRead.append("head")
          await log.wait(for: 1)
        }
        #expect(log.events == [event])
      }
    }
  }

  /// Its closure may hang in a write until the connection ends.
  @Test func aRefusalThatDoesNotGoOnIsLate() async throws {
    try await againstDeafServer(answering: String(Self.refused.dropLast(2))) { client, url in
      var request = ClientRequest(.post, url)
      request.timeout = .seconds(2)
      await #expect(throws: ClientError.timedOut(.response)) {
        _ = try await client.execute(request) { writer in
          while true { try await writer.write([UInt8](repeating: 0, count: 1 << 16)) }
        }
      }
    }
  }

  @Test(arguments: [nil, 1 << 40]) func aRefusalEndsAClosureThatNobodyReads(length: Int?) async throws {
    let log = EventLog()
    try await againstDeafServer(answering: Self.refused) { client, url in
      let response = try await client.execute(ClientRequest(.post, url), bodyLength: length) { writer in
        do throws(ClientError) {
          while true { try await writer.write([UInt8](repeating: 0, count: 1 << 16)) }
        } catch {
          log.append("\(error)")
          throw error
        }
      }
      #expect(response.statusCode == 413 && response.text == "no")
    }
    #expect(log.events == ["\(ClientError.bodyEnded)"])
  }
}
