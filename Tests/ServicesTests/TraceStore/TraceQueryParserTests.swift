import Testing

@testable import TraceStore

struct TraceQueryParserTests {
  private static func condition(
    _ field: TraceQuery.Field,
    _ comparison: TraceQuery.Comparison,
    _ value: TraceQuery.Value
  ) -> TraceQuery {
    .condition(TraceQuery.Condition(field: field, comparison: comparison, value: value))
  }

  @Test(arguments: ["", "  ", "{}", "{ }", " { true } "])
  func `No condition asks for every span`(query: String) throws {
    #expect(try TraceQueryParser.parse(query).filter == .everything)
  }

  @Test(arguments: [
    (#"{name="GET /roll"}"#, condition(.name, .equal, .text("GET /roll"))),
    (#"{ span:name = `a\b` }"#, condition(.name, .equal, .text(#"a\b"#))),
    (#"{name="say \"hi\"\n\\"}"#, condition(.name, .equal, .text("say \"hi\"\n\\"))),
    (#"{resource.service.name != "x"}"#, condition(.resource("service.name"), .notEqual, .text("x"))),
    ("{span.async.batch_size >= 5}", condition(.span("async.batch_size"), .atLeast, .number(5))),
    ("{.die.error=true}", condition(.anyScope("die.error"), .equal, .bool(true))),
    ("{.temperature < -1.5}", condition(.anyScope("temperature"), .less, .number(-1.5))),
    ("{duration>100ms}", condition(.duration, .greater, .number(1e8))),
    ("{traceDuration<=1m30s}", condition(.traceDuration, .atMost, .number(90e9))),
    ("{status=error}", condition(.status, .equal, .text("error"))),
    ("{kind = server}", condition(.kind, .equal, .text("server"))),
    ("{trace:rootName=\"a\"}", condition(.rootName, .equal, .text("a"))),
    ("{rootServiceName=\"a\"}", condition(.rootServiceName, .equal, .text("a"))),
    ("{.die.type != nil}", condition(.anyScope("die.type"), .notEqual, .nothing)),
  ])
  func `A comparison has a field, an operator and a value`(query: String, expected: TraceQuery) throws {
    #expect(try TraceQueryParser.parse(query).filter == expected)
  }

  @Test func `A regular expression becomes a pattern`() throws {
    let pattern = try #require(TextPattern("async_roll_.*"))
    #expect(
      try TraceQueryParser.parse(#"{ name =~ "async_roll_.*" }"#).filter
        == Self.condition(.name, .matches, .pattern(pattern))
    )
    #expect(
      try TraceQueryParser.parse(#"{name!~"async_roll_.*"}"#).filter
        == Self.condition(.name, .notMatches, .pattern(pattern))
    )
  }

  @Test func `And binds closer than or, and parentheses closer than both`() throws {
    let names = ["a", "b", "c"].map { Self.condition(.name, .equal, .text($0)) }
    #expect(
      try TraceQueryParser.parse(#"{name="a" || name="b" && name="c"}"#).filter
        == .or(names[0], .and(names[1], names[2]))
    )
    #expect(
      try TraceQueryParser.parse(#"{ ( name="a" || name="b" ) && name="c" }"#).filter
        == .and(.or(names[0], names[1]), names[2])
    )
  }

  @Test(arguments: [
    ("name=\"a\"", "{"), ("{name=\"a\"", "}"), ("{name=\"a}", "\""), ("{name}", "operator"), ("{name=}", "value"),
    ("{nme=\"a\"}", "field"), ("{ nme=\"a\" }", "'nme=\"a\"'"), ("{ nme=\"a\" }", "character 3"), ("{.=1}", "field"),
    ("{name=~\"(a\"}", "regular expression"), ("{name=~1}", "regular"),
    ("{name=\"a\"} && {name=\"b\"}", "one spanset"), ("{} | count() > 2", "one spanset"),
    ("{} | count() > 2", "'| count()"), ("{} | select", "ends where ("), ("{} | select()", "field"),
    ("{} | select(size)", "'size)'"), ("{} | select(name status)", "'status)'"), ("{(name=\"a\"}", ")"),
    ("{name contains \"a\"}", "operator"),
  ])
  func `What cannot be read is said`(query: String, named: String) {
    let fault = #expect(throws: TraceQueryParser.Fault.self) { try TraceQueryParser.parse(query) }
    #expect(fault?.message.contains(named) == true, "\(fault?.message ?? "")")
  }

  @Test(arguments: [
    (
      "{} | select(span.async.batch_size, resource.host.name)",
      [TraceQuery.Field.span("async.batch_size"), .resource("host.name")]
    ),
    ("{name=\"a\"}|select(.x)|select(status)", [.anyScope("x"), .status]),
    ("{}", []),
  ])
  func `A selection names fields to show`(query: String, fields: [TraceQuery.Field]) throws {
    #expect(try TraceQueryParser.parse(query).selected == fields)
  }

  @Test func `Length and depth are bounded`() {
    let deep = String(repeating: "(", count: 33) + "true" + String(repeating: ")", count: 33)
    #expect(throws: TraceQueryParser.Fault.self) { try TraceQueryParser.parse("{\(deep)}") }
    #expect(throws: Never.self) { try TraceQueryParser.parse("{\(deep.dropFirst().dropLast())}") }
    let wide = Array(repeating: "(true)", count: 100).joined(separator: " && ")
    #expect(throws: Never.self) { try TraceQueryParser.parse("{\(wide)}") }
    let long = String(repeating: "x", count: 5000)
    #expect(throws: TraceQueryParser.Fault.self) { try TraceQueryParser.parse("{name=\"\(long)\"}") }
  }
}
