import Logging
import Testing
import Tracing

@testable import Telemetry

@Suite struct OTelLogHandlerTests {
  private struct Refused: Error, CustomStringConvertible {
    var description: String { "connection refused" }
  }

  private let sink = MemoryLogSink()

  private func logger(_ provider: Logger.MetadataProvider? = nil) -> Logger {
    Logger(label: "main") { label in
      let source = LogSource(logger: label, service: "frontend")
      var handler = OTelLogHandler(OTelLogger(source: source, style: .json, sink: sink, now: { 0 }))
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
    let identity = SpanContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(rawValue: 3))
    ServiceContext.$current.withValue(OTelSpan(nonRecording: identity).context) { logger.info("m") }
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

  @Test(arguments: [
    (Logger.MetadataValue.stringConvertible(-5), "-5"),
    (.stringConvertible(Int64.min), "-9223372036854775808"),
    (.stringConvertible(UInt64.max), #""18446744073709551615""#),
    (.stringConvertible(UInt16(8106)), "8106"),
    (.stringConvertible(0.1), "0.1"),
    (.stringConvertible(Float(0.1)), "0.1"),
    (.stringConvertible(3.0), "3.0"),
    (.stringConvertible(true), "true"),
    (.stringConvertible([0, 6]), "[0,6]"),
    (.stringConvertible([0.5, 1.0]), "[0.5,1.0]"),
    (.stringConvertible(["fair", "risky"]), #"["fair","risky"]"#),
    (.stringConvertible([Int]()), "[]"),
    (.array(["fair", "risky"]), #"["fair","risky"]"#),
    (.array(["fair", .stringConvertible(7)]), #""[\"fair\", \"7\"]""#),
    (.dictionary(["a": "x"]), #""[\"a\": \"x\"]""#),
    (.string("5"), #""5""#),
    (.stringConvertible(Substring("fair")), #""fair""#),
  ])
  func fieldsKeepTheTypeThatAttributesHave(value: Logger.MetadataValue, json: String) {
    logger().info("m", metadata: ["field": value])
    #expect(sink.lines == [prefix + #""service":"frontend","field":\#(json)}"#])
  }
}
