import HTTPTypes
import LoopHTTP
import Testing
import Tracing

@testable import Telemetry

/// What a server's spans and metrics tell of its requests, over real sockets.
@Suite(.timeLimit(.minutes(1))) struct TelemetryMiddlewareTests {
  private let collector = CollectingProcessor()

  private var tracer: OTelTracer { collector.tracer }

  @Test func `A request continues its caller's trace and names its span in the answer`() async throws {
    let registry = MetricsRegistry(group: nil)
    let observed = TelemetryMiddleware(
      tracer: tracer,
      metrics: HTTPServerMetrics(registry),
      unobservedRoutes: ["/livez"]
    )
    try await serve(
      { router in
        router.get("/dice/{id}") { _ in
          #expect(ServiceContext.current != nil)
          return Response("fair")
        }
        router.get("/livez") { _ in Response("ok") }
      },
      middleware: [observed]
    ) { url, client, _ in
      var request = ClientRequest(.get, try ClientURL("\(url)/dice/1"))
      let traceID = "0af7651916cd43dd8448eb211c80319c"
      request.headerFields = [HTTPField(name: .traceParent, value: "00-\(traceID)-b7ad6b7169203331-01")]
      let answer = try await client.execute(request).headerFields
      let probe = try await client.execute(ClientRequest(.get, ClientURL("\(url)/livez"))).headerFields
      #expect(answer[.traceResponse]?.hasPrefix("00-\(traceID)-") == true)
      #expect(answer[.serverTiming] == answer[.traceResponse].map { "trace;desc=\($0)" })
      #expect(probe[.traceResponse] == nil)
    }
    let span = try #require(collector.spans.first)
    #expect(collector.spans.count == 1)
    #expect(span.name == "GET /dice/{id}")
    #expect(span.kind == .server)
    #expect(span.parent?.spanID.description == "b7ad6b7169203331")
    #expect(span.status == .unset)
    let duration = try #require(await registry.snapshot().first { $0.definition == .httpServerRequestDuration })
    #expect(duration.series.count == 1, "the probe is not counted")
    guard case .histogram(let seconds)? = duration.series.first?.value else {
      Issue.record("no histogram")
      return
    }
    #expect(seconds.sum == Double(try #require(span.endTime) - span.startTime) / 1e9)
  }

  /// Where it left that, each of its functions would be enqueued anew whenever it has waited.
  @Test func `A handler inside of the middleware, and a span inside of that, stay on the connection's actor`()
    async throws
  {
    let tracer = tracer
    let observed = TelemetryMiddleware(tracer: tracer, metrics: HTTPServerMetrics(MetricsRegistry(group: nil)))
    try await serve(
      { router in
        router.get("/") { request in
          let handler = #isolation
          #expect(handler != nil)
          try await tracer.withSpan("inside", attributes: []) { _ in
            try await request.loop.sleep(for: .milliseconds(1))
            let body = #isolation
            #expect(body === handler)
          }
          return Response("ok")
        }
      },
      middleware: [observed]
    ) { url, client, _ in
      let response = try await client.execute(ClientRequest(.get, try ClientURL(url)))
      #expect(response.statusCode == 200)
    }
    #expect(collector.spans.map(\.name).sorted() == ["GET /", "inside"])
  }

  enum LateEnd: CaseIterable { case cancellation, anotherError, answer }

  @Test(arguments: LateEnd.allCases)
  func `A handler that takes too long is a timeout, whatever it makes of it`(end: LateEnd) async throws {
    let registry = MetricsRegistry(group: nil)
    let observed = TelemetryMiddleware(tracer: tracer, metrics: HTTPServerMetrics(registry))
    try await serve(
      { router in
        router.get("/slow") { request in
          do {
            try await request.loop.sleep(for: .seconds(3600))
          } catch {
            switch end {
            case .cancellation: throw error
            case .anotherError: throw ClientError.cancelled
            case .answer: break
            }
          }
          return Response("late")
        }
      },
      middleware: [observed],
      handlerTimeout: .milliseconds(20)
    ) { url, client, _ in
      let answer = try await client.execute(ClientRequest(.get, ClientURL("\(url)/slow")))
      #expect(answer.statusCode == 503)
    }
    let span = try #require(collector.spans.first)
    #expect(collector.spans.count == 1)
    #expect(span.status == .error(nil))
    #expect(span.attributes[.errorType] == .string("timeout"))
    #expect(span.attributes[.httpResponseStatusCode] == .int(503))
    let page = String(decoding: await MetricsPage(registry, accept: []).bytes, as: UTF8.self)
    #expect(page.contains(#"http_requests_total{handler="/slow",method="GET",status="5xx"} 1.0"#))
    #expect(page.contains(#"network_protocol_version="1.1",error_type="timeout"} 1.0"#))
  }

  /// Of one the client gets another answer, of the other a part.
  @Test(arguments: [("unsendable", 500, "500", "5xx"), ("broken", 200, "response_incomplete", "2xx")])
  func `An answer that the server could not send is its failure`(
    path: String,
    status: Int64,
    errorType: String,
    group: String
  ) async throws {
    struct Broken: Error {}
    let registry = MetricsRegistry(group: nil)
    let observed = TelemetryMiddleware(tracer: tracer, metrics: HTTPServerMetrics(registry))
    try await serve(
      { router in
        router.get("/unsendable") { _ in Response(contentType: MediaType("a\r\nb")) }
        router.get("/broken") { _ in Response(body: .stream { _ in throw Broken() }) }
      },
      middleware: [observed]
    ) { url, client, _ in
      _ = try? await client.execute(ClientRequest(.get, ClientURL("\(url)/\(path)")))
    }
    let span = try #require(collector.spans.first)
    #expect(span.status == .error(nil))
    #expect(span.attributes[.errorType] == .string(errorType))
    #expect(span.attributes[.httpResponseStatusCode] == .int(status))
    let page = String(decoding: await MetricsPage(registry, accept: []).bytes, as: UTF8.self)
    #expect(page.contains(#"http_requests_total{handler="/\#(path)",method="GET",status="\#(group)"} 1.0"#))
    #expect(page.contains(#"error_type="\#(errorType)"} 1.0"#))
  }
}
