import HTTPTypes
import LoopHTTP
import OTLPMessages
import ServiceCore
import SwiftProtobuf
import Synchronization
import Testing
import Tracing

@testable import Telemetry

/// Tracing and its export over real sockets: LoopHTTP's server and client at both ends.
@Suite(.timeLimit(.minutes(1))) struct TelemetryOnLoopsTests {
  private let logger = OTelLogger.discarding
  private let collector = CollectingProcessor()

  private var tracer: OTelTracer {
    TracerProvider(processor: collector, idGenerator: IDGenerator(), logger: logger)
      .tracer(InstrumentationScope(name: "test"))
  }

  /// Serves `routes` for the time of `body`, which gets the address and a client.
  private func serve(
    _ routes: (inout Router) -> Void,
    middleware: [any Middleware] = [],
    handlerTimeout: Duration? = nil,
    _ body: (String, HTTPClient, EventLoopGroup) async throws -> Void
  ) async throws {
    let group = try EventLoopGroup(loopCount: 1)
    var router = Router()
    routes(&router)
    var configuration = ServerConfiguration(port: 0)
    configuration.handlerTimeout = handlerTimeout
    let server = try HTTPServer(
      router: router,
      middleware: middleware,
      configuration: configuration,
      group: group,
      logger: logger.swiftLogger
    )
    let address = try await server.bind()
    let client = HTTPClient(group: group)
    async let running: Void = server.run()
    let result: Result<Void, any Error>
    do {
      result = .success(try await body("http://\(address)", client, group))
    } catch {
      result = .failure(error)
    }
    await client.shutdown()
    await server.shutdown(timeout: .zero)
    try await running
    let ledgers = await group.shutdown()
    #expect(ledgers.filter { !$0.isBalanced } == [])
    try result.get()
  }

  /// Ends one span and shuts the tracing down; whether the span was delivered within `limit`.
  private func exportOneSpan(
    to url: String,
    _ client: HTTPClient,
    _ group: EventLoopGroup,
    within limit: Duration
  ) async -> Bool {
    let tracing = ServiceTracing(
      configuration: TelemetryConfiguration(environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": url]),
      resource: .example,
      transport: HTTPClientTransport(client: client),
      group: group,
      logger: logger,
      console: { _ in }
    )
    return await withTaskGroup { tasks in
      tasks.addTask { await tracing.run() }
      tracing.provider.tracer(InstrumentationScope(name: "test")).startSpan("roll", in: .topLevel).end()
      let isDelivered = await tracing.provider.shutdown(within: limit)
      tasks.cancelAll()
      return isDelivered
    }
  }

  @Test func `A span arrives at a receiver that was overloaded at first`() async throws {
    let bodies = Received()
    try await serve { router in
      router.post("/v1/traces") { request in
        let count = bodies.append(try await request.body.collect())
        return Response(status: count == 1 ? .serviceUnavailable : .ok)
      }
    } _: { url, client, group in
      #expect(await exportOneSpan(to: url, client, group, within: .seconds(10)))
    }
    #expect(bodies.all.count == 2)
    for body in bodies.all {
      let message = try Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest(serializedBytes: body)
      #expect(message.resourceSpans.first?.scopeSpans.first?.spans.map(\.name) == ["roll"])
    }
  }

  @Test func `Shutdown ends in time when the receiver hangs`() async throws {
    try await serve { router in
      router.post("/v1/traces") { request in
        try await request.loop.sleep(for: .seconds(3600))
        return Response()
      }
    } _: { url, client, group in
      #expect(await exportOneSpan(to: url, client, group, within: .milliseconds(200)) == false)
    }
  }

  /// Of its provider and its exporter, too, which hold each other as long as a span waits.
  @Test func `Of a span that could not be delivered nothing is left after the end`() async throws {
    try await serve { _ in
    } _: { _, client, group in
      weak var provider: TracerProvider?
      do {
        let tracing = ServiceTracing(
          configuration: TelemetryConfiguration(environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"]),
          resource: .example,
          transport: HTTPClientTransport(client: client),
          group: group,
          logger: logger,
          console: { _ in }
        )
        provider = tracing.provider
        async let running: Void = tracing.run()
        tracing.provider.tracer(InstrumentationScope(name: "test")).startSpan("roll", in: .topLevel).end()
        #expect(await tracing.provider.shutdown(within: .seconds(10)) == false)
        await running
      }
      #expect(provider == nil)
    }
  }

  @Test func `Shutdown ends in time when nobody listens`() async throws {
    try await serve { _ in
    } _: { _, client, group in
      #expect(await exportOneSpan(to: "http://127.0.0.1:1", client, group, within: .milliseconds(200)) == false)
    }
  }

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

  /// The system refuses to connect over TCP to a group of hosts, as to a network without a route.
  @Test(arguments: [
    ("http://127.0.0.1:1/dice", "connection_refused"), ("http://nowhere.invalid/dice", "name_not_resolved"),
    ("http://224.0.0.1/dice", "host_unreachable"),
  ])
  func `A call nobody answers is one failed span`(url: String, errorType: String) async throws {
    let tracer = tracer
    try await serve { _ in
    } _: { _, client, group in
      let metrics = HTTPClientMetrics(MetricsRegistry(group: group))
      let traced = TracedClient(client: client, tracer: tracer, metrics: metrics)
      await #expect(throws: ClientError.self) {
        try await traced.get(ClientURL(url), timeout: .seconds(5))
      }
    }
    let span = try #require(collector.spans.first)
    #expect(collector.spans.count == 1)
    #expect(span.kind == .client)
    #expect(span.attributes[.errorType] == .string(errorType))
    #expect(span.status == .error(nil))
  }
}

private final class Received: Sendable {
  private let bodies = Mutex<[[UInt8]]>([])

  var all: [[UInt8]] { bodies.withLock { $0 } }

  /// Keeps a body; how many there are now.
  func append(_ body: [UInt8]) -> Int {
    bodies.withLock {
      $0.append(body)
      return $0.count
    }
  }
}
