import HTTPTypes
import LoopHTTP
import OTLPMessages
import ServiceCore
import SwiftProtobuf
import Synchronization
import Testing
import Tracing

@testable import Telemetry

/// Tracing's calls and their export over real sockets: LoopHTTP's server and client at both ends.
@Suite(.timeLimit(.minutes(1))) struct TelemetryOnLoopsTests {
  private let logger = OTelLogger.discarding
  private let collector = CollectingProcessor()

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

  /// The system refuses to connect over TCP to a group of hosts, as to a network without a route.
  @Test(arguments: [
    ("http://127.0.0.1:1/dice", "connection_refused"), ("http://nowhere.invalid/dice", "name_not_resolved"),
    ("http://224.0.0.1/dice", "host_unreachable"),
  ])
  func `A call nobody answers is one failed span`(url: String, errorType: String) async throws {
    let tracer = collector.tracer
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
