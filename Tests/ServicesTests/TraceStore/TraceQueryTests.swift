import OTLPMessages
import SwiftProtobuf
import Testing

@testable import TraceStore

/// Which spans a query finds.
struct TraceQueryTests {
  private static let subject: TraceQuery.Subject = {
    var span = SampleSpans.span(
      "async_roll_3",
      parent: 9,
      to: 250,
      attributes: [
        "die.type": SampleSpans.text("fair"), "async.roll_index": SampleSpans.number(3),
        "die.error_rate": SampleSpans.fraction(0.5), "die.error": SampleSpans.bool(true),
        "die.faces": SampleSpans.array([SampleSpans.number(1), SampleSpans.number(6)]),
      ]
    )
    span.kind = .internal
    span.status.code = .error
    let batch = SampleSpans.batch("dice-roller", [span])
    var trace = TraceSummary()
    trace.add(SampleSpans.batch("frontend", [SampleSpans.span("GET /roll-async", to: 300)]))
    return TraceQuery.Subject(span: span, resource: batch.resource, trace: trace)
  }()

  @Test(arguments: [
    "{}", #"{name="async_roll_3"}"#, #"{name=~"async_roll_.*"}"#, #"{name!~"GET.*"}"#, #"{name!="x"}"#,
    "{status=error}", "{kind=internal}", "{duration=250ms}", "{duration>249ms}", "{duration<=250ms}",
    #"{rootName="GET /roll-async"}"#, #"{rootServiceName="frontend"}"#, "{traceDuration>=300ms}",
    #"{resource.service.name="dice-roller"}"#, #"{.service.name="dice-roller"}"#, #"{span.die.type="fair"}"#,
    "{.async.roll_index=3}", "{.async.roll_index>2.5}", "{.die.error_rate<1}", "{.die.error=true}",
    "{.die.faces=6}", "{.die.faces=1}", "{.die.type!=nil}", "{.die.sides=nil}",
    #"{status=ok || name="async_roll_3"}"#, #"{status=error && .die.error=true}"#,
  ])
  func `A span that fulfils the query is found`(query: String) throws {
    #expect(try TraceQueryParser.parse(query).filter.matches(Self.subject))
  }

  @Test(arguments: [
    #"{name="async_roll_"}"#, #"{name=~"roll"}"#, #"{name!~"async.*"}"#, "{status=ok}", "{status!=error}",
    "{kind=server}", "{duration<250ms}", "{duration>250ms}", #"{span.service.name="dice-roller"}"#,
    #"{resource.die.type="fair"}"#, #"{.async.roll_index="3"}"#, "{.die.type>1}", "{.die.faces=2}",
    "{.die.sides=6}", "{.die.sides!=6}", "{.die.type=nil}", "{.die.sides!=nil}",
    #"{status=error && name="x"}"#, #"{status=ok || name="x"}"#,
  ])
  func `Another is not`(query: String) throws {
    #expect(try !TraceQueryParser.parse(query).filter.matches(Self.subject))
  }

  @Test(arguments: [
    "{}", #"{name="x"}"#, "{.die.sides=7}", #"{rootName="GET /roll-async"}"#, #"{resource.service.name=~"front.*"}"#,
    #"{rootName="x" || name="y"}"#, "{resource.service.name=nil}", #"{resource.service.name!="dice-roller"}"#,
    "{traceDuration<1s}",
  ])
  func `A trace that may have such a span is looked into`(query: String) throws {
    #expect(try TraceQueryParser.parse(query).filter.mayMatch(Self.subject.trace))
  }

  @Test(arguments: [
    #"{rootName="x"}"#, #"{rootServiceName!="frontend"}"#, #"{resource.service.name="dice-roller"}"#,
    #"{rootName="x" && name="y"}"#, #"{rootName="x" || rootServiceName="y"}"#, "{traceDuration>1s}",
  ])
  func `A trace whose summary says that it has none is not`(query: String) throws {
    #expect(try !TraceQueryParser.parse(query).filter.mayMatch(Self.subject.trace))
  }

  @Test func `What the summary does not name is looked for in the spans`() throws {
    var many = TraceSummary()
    for number in UInt64(1)...70 { many.add(SampleSpans.batch("service \(number)", [SampleSpans.span(id: number)])) }
    var long = TraceSummary()
    long.add(SampleSpans.batch(String(repeating: "x", count: 300), [SampleSpans.span()]))
    let query = try TraceQueryParser.parse(#"{resource.service.name="elsewhere"}"#).filter
    #expect(query.mayMatch(many))
    #expect(query.mayMatch(long))
  }
}
