import Testing

@testable import Telemetry

/// W3C Trace Context level 2, §3.2 and §4.2.
struct TraceParentTests {
  static let trace = "0af7651916cd43dd8448eb211c80319c"
  static let parent = "b7ad6b7169203331"

  @Test(arguments: [
    ("00-\(trace)-\(parent)-01", "01"),
    ("00-\(trace)-\(parent)-03", "03"),
    ("00-\(trace)-\(parent)-00", "00"),
    ("00-\(trace)-\(parent)-ff", "03"),
    (" \t00-\(trace)-\(parent)-01 ", "01"),
    ("01-\(trace)-\(parent)-01", "01"),
    ("cc-\(trace)-\(parent)-03-what-the-future-brings", "01"),
    ("fe-\(trace)-\(parent)-00-", "00"),
  ])
  func `A valid value is taken over and sent as version 00`(value: String, flags: String) throws {
    let parsed = try #require(TraceParent(value))
    #expect(parsed.headerValue == "00-\(Self.trace)-\(Self.parent)-\(flags)")
    #expect(parsed.traceID.description == Self.trace)
    #expect(parsed.parentID.description == Self.parent)
  }

  @Test(arguments: [
    "",
    "00",
    "00-\(trace)-\(parent)",
    "00-\(trace)-\(parent)-1",
    "00-\(trace)-\(parent)-01-",
    "00-\(trace)-\(parent)-01-extra",
    "01-\(trace)-\(parent)-01.extra",
    "ff-\(trace)-\(parent)-01",
    "0-\(trace)-\(parent)-01",
    "0G-\(trace)-\(parent)-01",
    "00-00000000000000000000000000000000-\(parent)-01",
    "00-\(trace)-0000000000000000-01",
    "00-0AF7651916CD43DD8448EB211C80319C-\(parent)-01",
    "00-\(trace)-B7AD6B7169203331-01",
    "00-\(trace)-\(parent)-0A",
    "00-\(trace)-\(parent)-.1",
    "00_\(trace)_\(parent)_01",
    "00-\(trace)-\(parent)-01,00-\(trace)-\(parent)-01",
    "00-\(trace)x\(parent)-01",
  ])
  func `A value that breaks the grammar is ignored`(value: String) {
    #expect(TraceParent(value) == nil)
  }

  @Test func `A trace id alone is exactly 32 digits, not all zero`() {
    #expect(TraceID(Self.trace)?.description == Self.trace)
    for text in ["", String(Self.trace.dropLast()), Self.trace + "0", String(repeating: "0", count: 32)] {
      #expect(TraceID(text) == nil)
    }
  }
}
