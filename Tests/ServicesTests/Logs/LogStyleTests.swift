import Logging
import Testing

@testable import Telemetry

@Suite struct LogStyleTests {
  @Test(arguments: [
    (LogStyle.json, #""level":"WARNING","message":"Attention","logger":"main","service":"frontend"}"#),
    (.text(isColoured: false), "WARNING frontend    Attention"),
    (.text(isColoured: true), "\u{1b}[33mWARNING\u{1b}[0m \u{1b}[36mfrontend   \u{1b}[0m Attention"),
  ])
  func aLoggerWritesInItsStyle(style: LogStyle, ending: String) {
    let sink = MemoryLogSink()
    let logger = style.logger(service: "frontend", level: .warning, sink: sink)
    logger.info("too low")
    logger.warning("Attention")
    #expect(sink.lines.count == 1)
    #expect(sink.lines[0].hasSuffix(ending))
  }

  @Test func theNoticeSaysHowManyLinesAreMissing() {
    let line = String(decoding: LogStyle.json.dropNotice(lineCount: 7, service: "dice"), as: UTF8.self)
    #expect(line.hasSuffix(#""message":"Log lines dropped","logger":"log","service":"dice","count":7}"# + "\n"))
  }
}
