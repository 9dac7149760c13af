import Testing

@testable import Telemetry

/// W3C Trace Context level 2, §3.3.
struct TraceStateTests {
  static let longSimpleKey = String(repeating: "z", count: 256)
  static let longTenantKey = String(repeating: "t", count: 241) + "@" + String(repeating: "v", count: 14)
  static let full = (1...32).map { "bar\($0)=\($0)" }.joined(separator: ",")

  @Test(arguments: [
    (["foo=1,bar=2"], "foo=1,bar=2"),
    (["foo=1", "bar=2"], "foo=1,bar=2"),
    (["foo=1 \t,\t bar=2, ", "", "baz=3"], "foo=1,bar=2,baz=3"),
    (["foo=1,,bar=2"], "foo=1,bar=2"),
    (["0foo=1"], "0foo=1"),
    (["fw529a3039@dt=FfAAA:[]{}!"], "fw529a3039@dt=FfAAA:[]{}!"),
    (["foo= a b "], "foo= a b"),
    (["\(longSimpleKey)=1,\(longTenantKey)=2"], "\(longSimpleKey)=1,\(longTenantKey)=2"),
    (["foo=" + String(repeating: "v", count: 256)], "foo=" + String(repeating: "v", count: 256)),
    ([full], full),
  ])
  func `A valid list passes through in order`(values: [String], sent: String) {
    #expect(TraceState(headerValues: values)?.headerValue == sent)
  }

  @Test(arguments: [
    "foo", "foo=", "=1", "foo =1", "FOO=1", "foo.bar=1", "foo@=1", "@foo=1", "foo@@bar=1", "foo@bar@baz=1",
    "foo=bar=baz", "foo=b\u{7f}r", "foo=ü", "\(longSimpleKey)z=1", "t\(longTenantKey)=1",
    "t@\(String(repeating: "v", count: 15))=1",
    "foo=" + String(repeating: "v", count: 257), full + ",bar33=33",
  ])
  func `One bad member spoils the list`(value: String) {
    #expect(TraceState(headerValues: [value]) == nil)
    #expect(TraceState(headerValues: ["ok=1", value]) == nil)
  }

  @Test func `A member that is set moves to the front, and a full list loses its last`() throws {
    var state = try #require(TraceState(headerValues: ["foo=1,bar=2"]))
    state.set("bar", to: "3")
    #expect(state.headerValue == "bar=3,foo=1")
    for (key, value) in [("Bar", "3"), ("bar", "a,b"), ("bar", "a "), ("a=b", "c")] {
      let isSet = state.set(key, to: value)
      #expect(!isSet)
    }
    #expect(state.headerValue == "bar=3,foo=1")
    var full = try #require(TraceState(headerValues: [Self.full]))
    full.set("new", to: "1")
    #expect(full.members.count == 32)
    #expect(full.members.first?.key == "new")
    #expect(full.members.last?.key == "bar31")
  }
}
