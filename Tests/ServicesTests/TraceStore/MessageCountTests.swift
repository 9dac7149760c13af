import OTLPMessages
import SwiftProtobuf
import Telemetry
import Testing

@testable import TraceStore

struct MessageCountTests {
  /// `body` as a field of that number, around and around.
  private static func nested(_ body: [UInt8], in fields: [UInt8]) -> [UInt8] {
    fields.reduce(body) { body, field in
      var length: [UInt8] = []
      var rest = body.count
      while rest > 0x7F {
        length.append(UInt8(rest & 0x7F) | 0x80)
        rest >>= 7
      }
      return [field << 3 | 2] + length + [UInt8(rest)] + body
    }
  }

  @Test func `Every message counts, however deep, and nothing else does`() throws {
    var span = SampleSpans.span(
      attributes: ["faces": SampleSpans.array([SampleSpans.number(1), SampleSpans.number(2)])]
    )
    span.events = [.with { $0.attributes = span.attributes }]
    span.links = [.with { $0.traceState = "a=b" }]
    span.status.message = "why"
    let bytes = try #require(OTLPFormat.protobuf.encode(SampleSpans.request(SampleSpans.batch("dice", [span]))))
    // A key with its value makes 2, the array of two 3 more. Resource spans, resource with its name, scope spans, scope,
    // span with an array, event with an array, link, status.
    #expect(MessageCount.of(bytes, .protobuf) == 1 + 3 + 1 + 1 + (1 + 5) + (1 + 5) + 1 + 1)
  }

  @Test(arguments: [([1], 1), ([2, 1], 2), ([2, 2, 1], 3), ([9, 2, 2, 1], 4), ([1, 11, 2, 2, 1], 4)])
  func `Empty messages count like others`(fields: [UInt8], count: Int) {
    let body = [UInt8](repeating: 0, count: 0)
    #expect(MessageCount.of(Self.nested(body, in: fields), .protobuf) == count)
  }

  @Test(arguments: [
    [0x0A], [0x0A, 0x05, 0x01], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x09, 0x01],
    [0x0D, 0x01], [0x08], [0x08, 0x80], [0x0B, 0x0C], [0x0E], [0x0F],
    [UInt8](repeating: 0xFF, count: 20),
  ])
  func `What is cut off or no message has no count`(bytes: [UInt8]) {
    #expect(MessageCount.of(bytes, .protobuf) == nil)
  }

  @Test func `Messages that are nested too deep have no count`() {
    let array: [UInt8] = [1, 5]
    let deep = Self.nested([], in: Array(repeating: array, count: 47).flatMap(\.self) + [2, 9, 2, 2, 1])
    #expect(MessageCount.of(deep, .protobuf) != nil)
    let deeper = Self.nested([], in: Array(repeating: array, count: 5000).flatMap(\.self) + [2, 9, 2, 2, 1])
    #expect(MessageCount.of(deeper, .protobuf) == nil)
  }

  @Test func `In JSON every object counts`() {
    #expect(MessageCount.of(Array(#"{"resourceSpans":[{},{"scopeSpans":[{}]}]}"#.utf8), .json) == 4)
  }
}
