import Logging
import Testing

@testable import Telemetry

@Suite struct ServiceLogHandlerTests {
  @TaskLocal private static var span: SpanReference?

  private struct Refused: Error, CustomStringConvertible {
    var description: String { "connection refused" }
  }

  private let sink = MemoryLogSink()

  private func logger(_ provider: Logger.MetadataProvider? = nil) -> Logger {
    Logger(label: "main") { label in
      var handler = ServiceLogHandler(
        source: LogSource(logger: label, service: "frontend"),
        style: .json,
        sink: sink,
        currentSpan: { Self.span },
        now: { 0 }
      )
      handler.metadataProvider = provider
      return handler
    }
  }

  private let prefix = #"{"timestamp":"1970-01-01T00:00:00.000000Z","level":"INFO","message":"m","logger":"main","#

  @Test func theEventsOwnFieldsWinOverTheLoggersAndTheProviders() {
    var logger = logger(Logger.MetadataProvider { ["from": "provider", "provided": "yes"] })
    logger[metadataKey: "from"] = "logger"
    logger[metadataKey: "kept"] = "logger"
    logger.info("m")
    logger.info("m", metadata: ["from": "event"])
    #expect(
      sink.lines == [
        prefix + #""service":"frontend","from":"provider","kept":"logger","provided":"yes"}"#,
        prefix + #""service":"frontend","from":"event","kept":"logger","provided":"yes"}"#,
      ]
    )
  }

  @Test func theSpanIsTheOneCurrentAtTheCall() {
    let logger = logger()
    let span = SpanReference(traceIDHigh: 1, traceIDLow: 2, spanID: 3, traceFlags: 0)
    Self.$span.withValue(span) { logger.info("m") }
    logger.info("m")
    #expect(
      sink.lines == [
        prefix + #""service":"frontend","trace_id":"00000000000000010000000000000002","#
          + #""span_id":"0000000000000003","trace_flags":"00"}"#,
        prefix + #""service":"frontend"}"#,
      ]
    )
  }

  @Test func anErrorBecomesAField() {
    logger().info("m", error: Refused())
    #expect(sink.lines == [prefix + #""service":"frontend","error":"connection refused"}"#])
  }

  @Test func loggersAreValues() {
    let first = logger()
    var second = first
    second.logLevel = .debug
    second[metadataKey: "only"] = "second"
    #expect(first.logLevel == .info)
    #expect(first[metadataKey: "only"] == nil)
    first.debug("not written")
    second.debug("m")
    #expect(sink.lines.count == 1)
  }
}
