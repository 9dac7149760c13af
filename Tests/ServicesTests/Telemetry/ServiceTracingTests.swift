import HTTPTypes
import OTLPMessages
import SwiftProtobuf
import Synchronization
import Testing
import Tracing

@testable import Telemetry

/// From the environment's variables to what arrives at a receiver.
struct ServiceTracingTests {
  private final class Receiver: OTLPTransport {
    private let received = Mutex<[(url: String, body: [UInt8])]>([])

    var requests: [(url: String, body: [UInt8])] { received.withLock { $0 } }

    func post(
      _ body: [UInt8],
      to url: String,
      headerFields: HTTPFields,
      within limit: Duration,
      maximumResponseBytes: Int
    ) async throws(OTLPTransportError) -> OTLPTransportResponse {
      received.withLock { $0.append((url, body)) }
      return OTLPTransportResponse(status: 200)
    }
  }

  private let receiver = Receiver()
  private let lines = Lines()

  private func record(_ variables: [String: String]) async {
    let configuration = TelemetryConfiguration(environment: variables)
    let lines = lines
    let tracing = ServiceTracing(
      configuration: configuration,
      resource: .example,
      transport: receiver,
      group: nil,
      logger: .discarding,
      console: { lines.append($0) }
    )
    await withTaskGroup { group in
      group.addTask { await tracing.run() }
      let tracer = tracing.provider.tracer(InstrumentationScope(name: "dice"))
      let span = tracer.startSpan("roll\nit", in: .topLevel, attributes: [Attribute("die.type", "fair\u{7}")])
      span.setStatus(SpanData.Status.error("no"))
      span.end()
      #expect(await tracing.provider.shutdown(within: .seconds(10)))
    }
  }

  @Test func `Spans go to the receiver that the environment names`() async throws {
    await record(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"])
    let request = try #require(receiver.requests.first)
    #expect(request.url == "http://collector:4318/v1/traces")
    let message = try Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest(serializedBytes: request.body)
    #expect(message.resourceSpans.first?.scopeSpans.first?.spans.map(\.name) == ["roll\nit"])
  }

  @Test func `The console gets one readable line per span`() async throws {
    await record(["OTEL_TRACES_EXPORTER": "console"])
    let line = try #require(lines.all.first)
    #expect(lines.all.count == 1)
    #expect(line.hasPrefix(#"INTERNAL roll\nit 0."#))
    #expect(line.contains(#"status=ERROR (no) die.type="fair\u{07}""#))
    #expect(receiver.requests.isEmpty)
  }

  @Test(arguments: [
    ["OTEL_TRACES_EXPORTER": "none"], ["OTEL_SDK_DISABLED": "true"], ["OTEL_TRACES_SAMPLER": "always_off"],
  ])
  func `Nothing is exported when nothing is wanted`(variables: [String: String]) async {
    await record(variables)
    #expect(receiver.requests.isEmpty)
    #expect(lines.all.isEmpty)
  }
}

private final class Lines: Sendable {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock { $0 } }
  func append(_ line: String) { lines.withLock { $0.append(line) } }
}
