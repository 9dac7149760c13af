import Logging
import Testing

@testable import Telemetry

/// 2026-11-23T08:47:38.000420Z
private let moment: Int64 = 1_795_423_658_000_420

@Suite struct JSONLogFormatTests {
  private func line(_ record: LogRecord) -> String {
    var bytes: [UInt8] = []
    JSONLogFormat().append(record, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func record(
    level: Logger.Level = .info,
    message: String = "Roll completed",
    span: SpanReference? = nil,
    fields: Logger.Metadata = [:]
  ) -> LogRecord {
    LogRecord(
      microseconds: moment,
      level: level,
      message: message,
      source: LogSource(logger: "main", service: "dice-roller"),
      span: span,
      fields: fields
    )
  }

  @Test func keysComeInTheOrderOfTheFormat() {
    let span = SpanReference(
      traceIDHigh: 0x1b92_0211_be99_8be1,
      traceIDLow: 0xaf04_9642_2039_5638,
      spanID: 0x02d8_61da_8d7b_9d41,
      traceFlags: 3
    )
    #expect(
      line(record(span: span, fields: ["roll_value": .stringConvertible(4), "die_type": "fair"]))
        == #"{"timestamp":"2026-11-23T08:47:38.000420Z","level":"INFO","message":"Roll completed","logger":"main","#
        + #""service":"dice-roller","trace_id":"1b920211be998be1af04964220395638","span_id":"02d861da8d7b9d41","#
        + #""trace_flags":"03","die_type":"fair","roll_value":4}"# + "\n"
    )
  }

  /// The fields of the services' events, event by event.
  @Test(arguments: [
    ["identifier", "faces", "error_rate", "duration"], ["identifier", "status_code"], ["die_type", "error_rate"],
    ["die_type", "roll_value", "faces"], ["die_type", "times"], ["die_type", "roll_index", "roll_value"],
    ["die_type", "roll_index", "error_rate"], ["die_type", "times", "total", "rolls", "duration"],
    ["die_type", "times", "error"], ["count", "identifiers"], ["identifier", "available_identifiers"],
    ["die_type", "backend_status", "roll_value", "duration"],
    ["die_type", "times", "backend_status", "total", "rolls", "duration"],
    ["identifier", "times", "faces", "total", "rolls", "method", "path", "status", "duration", "url"],
  ])
  func fieldsComeInTheOrderOfTheirEvent(names: [String]) {
    let fields = Logger.Metadata(uniqueKeysWithValues: names.map { ($0, "") })
    let text = line(record(fields: fields))
    #expect(text.hasSuffix(names.map { #","\#($0)":"""# }.joined() + "}\n"))
  }

  @Test func fieldsOfNoKnownEventComeLastByName() {
    let text = line(record(fields: ["zebra": "1", "duration": "2", "ant": "3", "die_type": "4"]))
    #expect(text.hasSuffix(#""die_type":"4","duration":"2","ant":"3","zebra":"1"}"# + "\n"))
  }

  @Test func outsideOfASpanThereAreNoTraceKeys() {
    #expect(
      line(record())
        == #"{"timestamp":"2026-11-23T08:47:38.000420Z","level":"INFO","message":"Roll completed","logger":"main","#
        + #""service":"dice-roller"}"# + "\n"
    )
  }

  @Test(arguments: [
    (Logger.Level.trace, "DEBUG"), (.debug, "DEBUG"), (.info, "INFO"), (.notice, "INFO"), (.warning, "WARNING"),
    (.error, "ERROR"), (.critical, "ERROR"),
  ])
  func sevenLevelsHaveFourNames(level: Logger.Level, name: String) {
    #expect(line(record(level: level)).contains(#""level":"\#(name)""#))
  }

  @Test(arguments: [
    (Logger.MetadataValue.stringConvertible(-5), "-5"),
    (.stringConvertible(Int64.min), "-9223372036854775808"),
    (.stringConvertible(UInt64.max), #""18446744073709551615""#),
    (.stringConvertible(UInt16(8106)), "8106"),
    (.stringConvertible(0.1), "0.1"),
    (.stringConvertible(Float(0.1)), "0.1"),
    (.stringConvertible(3.0), "3.0"),
    (.stringConvertible(Double.nan), #""NaN""#),
    (.stringConvertible(-Double.infinity), #""-Infinity""#),
    (.stringConvertible(true), "true"),
    (.stringConvertible([0, 0, 6, 6]), "[0,0,6,6]"),
    (.stringConvertible([0.5, 1.0]), "[0.5,1.0]"),
    (.stringConvertible(["fair", "risky"]), #"["fair","risky"]"#),
    (.stringConvertible([Int]()), "[]"),
    (.array(["fair", .stringConvertible(7)]), #"["fair",7]"#),
    (.dictionary(["b": .stringConvertible(2), "a": "x"]), #"{"a":"x","b":2}"#),
    (.string("5"), #""5""#),
    (.stringConvertible(Substring("fair")), #""fair""#),
  ])
  func fieldsKeepTheirJSONType(value: Logger.MetadataValue, json: String) {
    #expect(line(record(fields: ["field": value])).hasSuffix(#","field":\#(json)}"# + "\n"))
  }

  @Test(arguments: [
    ("\n\u{0}💥<script>", #"\n\u0000💥<script>"#),
    (#"quote " and \ backslash"#, #"quote \" and \\ backslash"#),
    ("\r\t\u{8}\u{c}\u{1f}", #"\r\t\u0008\u000c\u001f"#),
    ("\u{7f}\u{80}\u{85}\u{9f}", #"\u007f\u0080\u0085\u009f"#),
    ("\u{85}", #"\u0085"#),
    ("\u{2028}\u{2029}", #"\u2028\u2029"#),
    ("\u{1b}[31mred", #"\u001b[31mred"#),
    ("é â € 日本 \u{10ffff}", "é â € 日本 \u{10ffff}"),
    ("e\u{301}\r\n", "e\u{301}\\r\\n"),
    ("", ""),
  ])
  func stringsAreEscapedInMessagesKeysAndValues(string: String, escaped: String) {
    let text = line(record(message: string, fields: ["key" + string: .string(string)]))
    #expect(text.contains(#""message":"\#(escaped)","#))
    #expect(text.hasSuffix(#","key\#(escaped)":"\#(escaped)"}"# + "\n"))
    #expect(text.utf8.count { $0 < 0x20 } == 1, "the line's own end is the only control character")
  }

  @Test func fiveThousandCharactersStayWhole() {
    let long = String(repeating: "\"é", count: 2500)
    let text = line(record(fields: ["die_type": .string(long)]))
    #expect(text.hasSuffix(#""die_type":""# + String(repeating: #"\"é"#, count: 2500) + "\"}\n"))
  }

  @Test func aFieldNeverRepeatsAStandardKey() {
    let text = line(record(fields: ["message": "mine", "trace_id": "mine"]))
    #expect(text.hasSuffix(#","message_":"mine","trace_id_":"mine"}"# + "\n"))
  }

  @Test(arguments: [
    (Int64(0), "1970-01-01T00:00:00.000000Z"),
    (-1, "1969-12-31T23:59:59.999999Z"),
    (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
    (1_709_251_199_999_999, "2024-02-29T23:59:59.999999Z"),
    (4_107_542_400_000_001, "2100-03-01T00:00:00.000001Z"),
  ])
  func timesAreRFC3339InUTC(microseconds: Int64, text: String) {
    var bytes: [UInt8] = []
    bytes.append(rfc3339: microseconds)
    #expect(String(decoding: bytes, as: UTF8.self) == text)
  }
}
