import HTTPTypes
import Logging
import LoopHTTP
import OTLPMessages
import SwiftProtobuf
import Synchronization
import Testing

@testable import Telemetry

/// Answers each attempt with the next of a script, and with the last one when it is used up.
private final class ScriptedTransport: OTLPTransport {
  enum Answer: Sendable {
    case status(Int, HTTPFields = [:], body: [UInt8] = [])
    case failure(OTLPTransportError)
  }

  private let script: [Answer]
  private let received = Mutex<[(body: [UInt8], fields: HTTPFields, limit: Duration)]>([])

  init(_ script: Answer...) {
    self.script = script
  }

  var requests: [(body: [UInt8], fields: HTTPFields, limit: Duration)] { received.withLock { $0 } }

  func post(
    _ body: [UInt8],
    to url: String,
    headerFields: HTTPFields,
    within limit: Duration,
    maximumResponseBytes: Int
  ) async throws(OTLPTransportError) -> OTLPTransportResponse {
    let count = received.withLock {
      $0.append((body, headerFields, limit))
      return $0.count
    }
    switch script[min(count, script.count) - 1] {
    case .status(let status, let fields, let body):
      return OTLPTransportResponse(status: status, headerFields: fields, body: body)
    case .failure(let error): throw error
    }
  }
}

@Suite(.timeLimit(.minutes(1))) struct OTLPExporterTests {
  private typealias Answer = Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceResponse

  private let log = MemoryLogSink()

  private func exporter(
    _ transport: ScriptedTransport,
    _ configuration: OTLPConfiguration = OTLPConfiguration(url: "http://c/v1/traces"),
    backOff: RetryBackOff = RetryBackOff(initial: .milliseconds(1), longest: .milliseconds(1)),
    onRetry: @escaping @Sendable () -> Void = {}
  ) -> OTLPExporter {
    OTLPExporter(
      configuration: configuration,
      transport: transport,
      logger: LogStyle.json.logger(service: "test", level: .info, sink: log),
      backOff: backOff,
      wallSeconds: { 0 },
      onRetry: onRetry
    )
  }

  private func post(
    _ transport: ScriptedTransport,
    body: [UInt8] = [1, 2, 3],
    limit: Duration = .seconds(5),
    _ change: (inout OTLPConfiguration) -> Void = { _ in }
  ) async -> (result: ExportResult, retries: Int) {
    var configuration = OTLPConfiguration(url: "http://c/v1/traces")
    change(&configuration)
    let retries = Counter()
    let exporter = exporter(transport, configuration) { retries.increment() }
    let result = await exporter.post(body, within: limit) { bytes in
      configuration.format.decode(Answer.self, from: bytes).map(OTLPTraceEncoder.partialSuccess)
    }
    return (result, retries.value)
  }

  @Test func `What may go well later is tried until it does`() async {
    let transport = ScriptedTransport(
      .status(503),
      .failure(.unreachable(reason: "connection refused")),
      .failure(.disconnected),
      .status(429, [.retryAfter: "0"]),
      .status(200)
    )
    let (result, retries) = await post(transport)
    #expect(result == .delivered(rejected: 0))
    #expect(retries == 4)
    #expect(transport.requests.allSatisfy { $0.body == [1, 2, 3] })
  }

  @Test(arguments: [400, 401, 404, 413, 500])
  func `What is refused is not sent again`(status: Int) async {
    let transport = ScriptedTransport(.status(status))
    #expect(await post(transport).result == .dropped)
    #expect(transport.requests.count == 1)
  }

  @Test func `A receiver that stays away is given up when the time is over`() async {
    let transport = ScriptedTransport(.status(503))
    #expect(await post(transport, limit: .milliseconds(50)).result == .undelivered)
    #expect(transport.requests.count > 1)
  }

  @Test func `A request that got no answer in time is not sent again`() async {
    let transport = ScriptedTransport(.failure(.timedOut), .status(200))
    #expect(await post(transport).result == .dropped)
    #expect(transport.requests.count == 1)
    #expect(log.lines.count == 1)
  }

  @Test func `A request that cuts its connection until the time is over may be the reason, and is not kept`() async {
    let transport = ScriptedTransport(.failure(.disconnected))
    #expect(await post(transport, limit: .milliseconds(50)).result == .dropped)
    #expect(transport.requests.count > 1)
  }

  @Test func `A wait longer than the time left is not begun`() async {
    let transport = ScriptedTransport(.status(503, [.retryAfter: "3600"]), .status(200))
    #expect(await post(transport).result == .undelivered)
    #expect(transport.requests.count == 1)
  }

  @Test func `A receiver that asked for silence is not asked by the next export either`() async {
    let transport = ScriptedTransport(.status(503, [.retryAfter: "3600"]), .status(200))
    let exporter = exporter(transport)
    for _ in 0..<2 {
      #expect(await exporter.post([1], within: .seconds(5)) { _ in OTLPPartialSuccess() } == .undelivered)
    }
    #expect(transport.requests.count == 1)
  }

  @Test func `The waits between attempts grow`() async {
    let transport = ScriptedTransport(.status(503))
    let exporter = exporter(transport, backOff: RetryBackOff(initial: .milliseconds(10)))
    _ = await exporter.post([1], within: .seconds(1)) { _ in OTLPPartialSuccess() }
    // At least 5, 10, 20, 40, 80, 160 and 320 ms lie between them.
    #expect(transport.requests.count <= 8)
  }

  @Test(arguments: [(Duration.seconds(5), Duration.seconds(30)), (.seconds(30), .seconds(5))])
  func `An export takes no longer than either limit allows`(limit: Duration, timeout: Duration) async throws {
    let transport = ScriptedTransport(.status(200))
    _ = await post(transport, limit: limit) { $0.timeout = timeout }
    #expect(try #require(transport.requests.first).limit <= .seconds(5))
  }

  @Test func `A partial success is counted and not sent again`() async throws {
    let answer = Answer.with { $0.partialSuccess.rejectedSpans = 2 }
    let transport = ScriptedTransport(.status(200, [:], body: try answer.serializedBytes()))
    #expect(await post(transport).result == .delivered(rejected: 2))
    #expect(transport.requests.count == 1)
    #expect(log.text.contains(#""level":"WARNING""#))
  }

  @Test(arguments: [-5, .min] as [Int64])
  func `A receiver that claims to refuse fewer than none has refused none`(count: Int64) async throws {
    let answer = Answer.with { $0.partialSuccess.rejectedSpans = count }
    let transport = ScriptedTransport(.status(200, [:], body: try answer.serializedBytes()))
    #expect(await post(transport).result == .delivered(rejected: 0))
    #expect(OTLPLogEncoder.partialSuccess(of: .with { $0.partialSuccess.rejectedLogRecords = count }).rejected == 0)
  }

  @Test func `A remark without rejected records is a warning and nothing else`() async throws {
    let answer = Answer.with { $0.partialSuccess.errorMessage = "use a shorter name" }
    let transport = ScriptedTransport(.status(200, [:], body: try answer.serializedBytes()))
    #expect(await post(transport).result == .delivered(rejected: 0))
    #expect(transport.requests.count == 1)
    #expect(log.lines.count == 1)
    #expect(log.text.contains(#""level":"WARNING""#) && log.text.contains("use a shorter name"))
  }

  @Test func `A refusal tells the message of its status, never its bytes`() async throws {
    let status = Google_Rpc_Status.with { $0.message = "quota\nexceeded" }
    let known = ScriptedTransport(.status(413, [:], body: try status.serializedBytes()))
    #expect(await post(known).result == .dropped)
    #expect(log.text.contains(#""reason":"status 413: quota\nexceeded""#))
    let page = ScriptedTransport(.status(403, [.contentType: "text/html"], body: Array("<html>secret".utf8)))
    #expect(await post(page).result == .dropped)
    #expect(!log.text.contains("secret"))
  }

  @Test(arguments: [
    (OTLPConfiguration.Compression.gzip, "gzip", ExportResult.delivered(rejected: 1)), (.gzip, "br", .dropped),
    (.none, "gzip", .dropped),
  ])
  func `Only the compression that was asked for is read`(
    asked: OTLPConfiguration.Compression,
    sent: String,
    result: ExportResult
  ) async throws {
    let answer = Answer.with { $0.partialSuccess.rejectedSpans = 1 }
    let body = Gzip.compress(try answer.serializedBytes())
    let transport = ScriptedTransport(.status(200, [.contentEncoding: sent], body: body))
    #expect(await post(transport) { $0.compression = asked }.result == result)
  }

  @Test func `An answer over the limit is not read, before and after decompression`() async throws {
    let answer = Answer.with { $0.partialSuccess.errorMessage = String(repeating: "x", count: 10_000) }
    let plain: [UInt8] = try answer.serializedBytes()
    for transport in [
      ScriptedTransport(.status(200, [:], body: plain)),
      ScriptedTransport(.status(200, [.contentEncoding: "gzip"], body: Gzip.compress(plain))),
    ] {
      let (result, _) = await post(transport) {
        $0.maximumResponseBytes = 5000
        $0.compression = .gzip
      }
      #expect(result == .dropped)
      #expect(transport.requests.count == 1)
    }
    #expect(!log.text.contains("xxx"))
  }

  @Test(arguments: [
    ("text/html", "<html>", ExportResult.dropped), ("application/x-protobuf", "<html>", .dropped),
    ("text/plain", "", .delivered(rejected: 0)),
  ])
  func `A 200 from whoever is no receiver of spans delivers nothing`(
    type: String,
    body: String,
    result: ExportResult
  ) async {
    let transport = ScriptedTransport(.status(200, [.contentType: type], body: Array(body.utf8)))
    #expect(await post(transport).result == result)
    #expect(log.text.contains("html") == false)
    #expect(log.lines.count == (result == .dropped ? 1 : 0))
  }

  @Test(arguments: ["application/json", "text/html; charset=utf-8"])
  func `An answer of another type than the request is not read`(type: String) async throws {
    let answer = Answer.with { $0.partialSuccess.rejectedSpans = 1 }
    let transport = ScriptedTransport(.status(200, [.contentType: type], body: try answer.serializedBytes()))
    #expect(await post(transport).result == .dropped)
  }

  @Test func `Headers say what the body is`() async throws {
    let transport = ScriptedTransport(.status(200))
    let (name, value) = ("Authorization", "Bearer x")
    _ = await post(transport, body: Array("spans".utf8)) {
      $0.compression = .gzip
      $0.format = .json
      $0.headers = [OTLPConfiguration.Header(name: name, value: value)]
    }
    let request = try #require(transport.requests.first)
    #expect(request.fields[.contentType] == "application/json")
    #expect(request.fields[.contentEncoding] == "gzip")
    #expect(request.fields[.acceptEncoding] == "gzip")
    #expect(request.fields[.authorization] == value)
    #expect(request.fields[.userAgent]?.hasPrefix("OTel-OTLP-Exporter-Swift/") == true)
    #expect(try Gzip.decompress(request.body, limit: 100) == Array("spans".utf8))
  }

  @Test func `A request over the limit is not sent`() async {
    let transport = ScriptedTransport(.status(200))
    let (result, _) = await post(transport) { $0.maximumRequestBytes = 2 }
    #expect(result == .dropped)
    #expect(transport.requests.isEmpty)
  }
}

private final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .relaxed) }
  func increment() { count.add(1, ordering: .relaxed) }
}
