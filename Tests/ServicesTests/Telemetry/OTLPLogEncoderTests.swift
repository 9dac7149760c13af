import Logging
import OTLPMessages
import Testing

@testable import Telemetry

struct OTLPLogEncoderTests {
  private typealias Request = Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest

  private static func record(
    level: Logger.Level = .info,
    logger: String = "main",
    attributes: [Attribute] = []
  ) -> LogRecord {
    LogRecord(
      microseconds: 1_700_000_000_000_001,
      level: level,
      message: "Roll completed",
      source: LogSource(logger: logger, service: "dice-roller"),
      span: SpanReference(
        traceID: TraceID(high: 1, low: 2),
        spanID: SpanID(rawValue: 0xabc),
        traceFlags: [.sampled, .random]
      ),
      attributes: attributes
    )
  }

  private static func encoder(_ format: OTLPFormat = .protobuf, limits: AttributeLimits = .init()) -> OTLPLogEncoder {
    OTLPLogEncoder(resource: .example, format: format, limits: limits)
  }

  @Test(arguments: [OTLPFormat.protobuf, .json])
  func `Both encodings carry the same record`(format: OTLPFormat) throws {
    let attributes = [
      Attribute("die_type", "ü"), Attribute("roll_value", -4), Attribute("faces", [1, 2]), Attribute("duration", 0.5),
      Attribute("known", ["x", "y"]),
    ]
    let bytes = try #require(Self.encoder(format).encode([Self.record(attributes: attributes)]))
    let group = try #require(format.decode(Request.self, from: bytes)?.resourceLogs.first)
    #expect(group.resource.attributes.contains { $0.key == "service.name" })
    #expect(group.scopeLogs.first?.scope.name == "main")
    let record = try #require(group.scopeLogs.first?.logRecords.first)
    #expect(format.traceID(in: record.traceID)?.description == "00000000000000010000000000000002")
    #expect(format.spanID(in: record.spanID)?.description == "0000000000000abc")
    #expect(record.flags == 3)
    #expect(record.timeUnixNano == 1_700_000_000_000_001_000)
    #expect(record.body.stringValue == "Roll completed")
    #expect(record.attributes.map(\.key) == ["die_type", "roll_value", "faces", "duration", "known"])
    #expect(record.attributes[0].value.stringValue == "ü")
    #expect(record.attributes[1].value.intValue == -4)
    #expect(record.attributes[2].value.arrayValue.values.map(\.intValue) == [1, 2])
    #expect(record.attributes[3].value.doubleValue == 0.5)
    #expect(record.attributes[4].value.arrayValue.values.map(\.stringValue) == ["x", "y"])
  }

  @Test(arguments: [
    (Logger.Level.trace, 1), (.debug, 5), (.info, 9), (.notice, 10), (.warning, 13), (.error, 17), (.critical, 21),
  ])
  func `Levels have their numbers in the data model`(level: Logger.Level, number: Int) throws {
    let record = try #require(Self.encoder().request([Self.record(level: level)]).firstRecords.first)
    #expect(record.severityNumber.rawValue == number)
    #expect(record.severityText == level.rawValue)
  }

  @Test func `Limits hold and what is left out is counted`() throws {
    let encoder = Self.encoder(limits: AttributeLimits(count: 2, valueLength: 3))
    let attributes = [Attribute("die_type", "extreme"), Attribute("times", 5), Attribute("error", "much")]
    let record = try #require(encoder.request([Self.record(attributes: attributes)]).firstRecords.first)
    #expect(record.attributes.map(\.key) == ["die_type", "times"])
    #expect(record.attributes[0].value.stringValue == "ext")
    #expect(record.droppedAttributesCount == 1)
  }

  @Test func `Records are grouped by logger, in the order they come`() {
    let records = ["main", "log", "main"].map { Self.record(logger: $0) }
    let scopes = Self.encoder().request(records).resourceLogs[0].scopeLogs
    #expect(scopes.map(\.scope.name) == ["main", "log"])
    #expect(scopes.map(\.logRecords.count) == [2, 1])
  }
}

extension Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest {
  fileprivate var firstRecords: [Opentelemetry_Proto_Logs_V1_LogRecord] {
    resourceLogs.first?.scopeLogs.first?.logRecords ?? []
  }
}
