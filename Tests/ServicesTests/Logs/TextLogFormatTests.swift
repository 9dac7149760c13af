import Logging
import Testing

@testable import Telemetry

@Suite struct TextLogFormatTests {
  private let record = LogRecord(
    microseconds: 1_795_423_658_123_456,
    level: .warning,
    message: "Die service returned error",
    source: LogSource(logger: "main", service: "dice-roller"),
    span: SpanReference(traceID: TraceID(high: 1, low: 2), spanID: SpanID(rawValue: 3), traceFlags: .sampled),
    attributes: [
      Attribute("identifier", "a\nb\u{1b}[0m"), Attribute("status_code", 404), Attribute("names", ["fair", "risky"]),
    ]
  )

  private func line(isColoured: Bool) -> String {
    var bytes: [UInt8] = []
    TextLogFormat(isColoured: isColoured).append(record, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func aLineIsShortAndHasNoControlCharacter() {
    #expect(
      line(isColoured: false)
        == #"08:47:38.123 WARNING dice-roller Die service returned error identifier=a\nb\u001b[0m status_code=404 "#
        + #"names=["fair", "risky"] "#
        + "trace=00000000000000010000000000000002\n"
    )
  }

  @Test func coloursAreAddedAroundTheSameText() {
    let coloured = line(isColoured: true)
    #expect(coloured.contains("\u{1b}[33mWARNING\u{1b}[0m"))
    let escapes = ["0", "31", "33", "36", "90"].map { "\u{1b}[\($0)m" }
    let plain = escapes.reduce(coloured) { text, escape in text.split(separator: escape).joined() }
    #expect(plain == line(isColoured: false))
  }
}
