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
    attributes: [Attribute] = []
  ) -> LogRecord {
    LogRecord(
      microseconds: moment,
      level: level,
      message: message,
      source: LogSource(logger: "main", service: "dice-roller"),
      span: span,
      attributes: attributes
    )
  }

  @Test func keysComeInTheOrderOfTheFormat() {
    let span = SpanReference(
      traceID: TraceID(high: 0x1b92_0211_be99_8be1, low: 0xaf04_9642_2039_5638),
      spanID: SpanID(rawValue: 0x02d8_61da_8d7b_9d41),
      traceFlags: [.sampled, .random]
    )
    #expect(
      line(record(span: span, attributes: [Attribute("die_type", "fair"), Attribute("roll_value", 4)]))
        == #"{"timestamp":"2026-11-23T08:47:38.000420Z","level":"INFO","message":"Roll completed","logger":"main","#
        + #""service":"dice-roller","trace_id":"1b920211be998be1af04964220395638","span_id":"02d861da8d7b9d41","#
        + #""trace_flags":"03","die_type":"fair","roll_value":4}"# + "\n"
    )
  }

  @Test func attributesComeInTheOrderInWhichTheyAreGiven() {
    let names = ["zebra", "die_type", "ant", "times", "b", "a"]
    let text = line(record(attributes: names.map { Attribute(AttributeKey($0), "") }))
    #expect(text.hasSuffix(names.map { #","\#($0)":"""# }.joined() + "}\n"))
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
    (AttributeValue.int(-5), "-5"),
    (.int(.min), "-9223372036854775808"),
    (.double(0.1), "0.1"),
    (.double(3), "3.0"),
    (.double(.nan), #""NaN""#),
    (.double(-.infinity), #""-Infinity""#),
    (.bool(true), "true"),
    (.intArray([0, 0, 6, 6]), "[0,0,6,6]"),
    (.intArray([]), "[]"),
    (.doubleArray([0.5, 1]), "[0.5,1.0]"),
    (.boolArray([true, false]), "[true,false]"),
    (.stringArray(["fair", "risky\""]), #"["fair","risky\""]"#),
    (.string("5"), #""5""#),
  ])
  func attributesKeepTheirJSONType(value: AttributeValue, json: String) {
    let text = line(record(attributes: [Attribute("field", value)]))
    #expect(text.hasSuffix(#","field":\#(json)}"# + "\n"))
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
    let text = line(record(message: string, attributes: [Attribute(AttributeKey("key" + string), string)]))
    #expect(text.contains(#""message":"\#(escaped)","#))
    #expect(text.hasSuffix(#","key\#(escaped)":"\#(escaped)"}"# + "\n"))
    #expect(text.utf8.count { $0 < 0x20 } == 1, "the line's own end is the only control character")
  }

  @Test func fiveThousandCharactersStayWhole() {
    let long = String(repeating: "\"é", count: 2500)
    let text = line(record(attributes: [Attribute("die_type", long)]))
    #expect(text.hasSuffix(#""die_type":""# + String(repeating: #"\"é"#, count: 2500) + "\"}\n"))
  }

  @Test func anAttributeNeverRepeatsAStandardKey() {
    let text = line(record(attributes: [Attribute("message", "mine"), Attribute("trace_id", "mine")]))
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
