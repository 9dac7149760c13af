import HTTPTypes
import Testing
import Tracing

@testable import Telemetry

struct PropagatorsTests {
  static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03"

  private func extract(_ fields: HTTPFields, _ propagators: Propagators = Propagators()) -> ServiceContext {
    var context = ServiceContext.topLevel
    propagators.extract(into: &context) { fields[values: $0] }
    return context
  }

  @Test func `What comes in goes out`() {
    let fields: HTTPFields = [.traceParent: Self.parent, .traceState: "a=1", .baggage: "k=v"]
    let context = extract(fields)
    #expect(context.spanContext?.isRemote == true)
    var sent = HTTPFields()
    Propagators().inject(context) { sent[$0] = $1 }
    #expect(sent == fields)
  }

  @Test func `Two traceparent headers begin a new trace and take tracestate with them`() {
    var fields: HTTPFields = [.traceParent: Self.parent, .traceState: "a=1"]
    fields.append(HTTPField(name: .traceParent, value: Self.parent))
    #expect(extract(fields).spanContext == nil)
  }

  @Test func `A tracestate that cannot be parsed does not cost the trace`() {
    let context = extract([.traceParent: Self.parent, .traceState: "BAD=1"]).spanContext
    #expect(context?.traceParent.headerValue == Self.parent)
    #expect(context?.traceState.isEmpty == true)
  }

  @Test func `A tracestate without a valid traceparent is dropped`() {
    #expect(extract([.traceState: "a=1"]).spanContext == nil)
    #expect(extract([.traceParent: "nonsense", .traceState: "a=1"]).spanContext == nil)
  }

  /// Such is a root of a disabled tracer.
  @Test func `What identifies no span is not sent`() {
    var context = ServiceContext.topLevel
    context.span = OTelSpan(nonRecording: .invalid)
    context.baggage = Baggage(headerValues: ["k=v"])
    var sent = HTTPFields()
    Propagators().inject(context) { sent[$0] = $1 }
    #expect(sent == [.baggage: "k=v"])
  }

  @Test func `Each half can be switched off`() {
    let fields: HTTPFields = [.traceParent: Self.parent, .baggage: "k=v"]
    let none = extract(fields, Propagators(usesTraceContext: false, usesBaggage: false))
    #expect(none.isEmpty)
    let onlyBaggage = extract(fields, Propagators(usesTraceContext: false, usesBaggage: true))
    #expect(onlyBaggage.spanContext == nil)
    #expect(onlyBaggage.baggage?["k"] == "v")
  }
}
