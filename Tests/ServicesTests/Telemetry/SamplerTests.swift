import Testing

@testable import Telemetry

struct SamplerTests {
  private func parent(sampled: Bool) -> SpanContext {
    SpanContext(
      traceID: TraceID(high: 1, low: 1),
      spanID: SpanID(rawValue: 1),
      traceFlags: sampled ? .sampled : [],
      isRemote: true
    )
  }

  @Test(arguments: [
    // sampler, with no parent, with a sampled parent, with one that is not
    (Sampler.alwaysOn, true, true, true),
    (.alwaysOff, false, false, false),
    (.parentBased(root: .alwaysOn), true, true, false),
    (.parentBased(root: .alwaysOff), false, true, false),
    (.parentBased(root: .traceIDRatioBased(0)), false, true, false),
    (.parentBased(root: .traceIDRatioBased(1)), true, true, false),
  ])
  func `Each sampler decides by its rule`(sampler: Sampler, root: Bool, sampled: Bool, unsampled: Bool) {
    let id = TraceID(high: .max, low: .max)
    #expect(sampler.isSampled(id, parent: nil) == root)
    #expect(sampler.isSampled(id, parent: parent(sampled: true)) == sampled)
    #expect(sampler.isSampled(id, parent: parent(sampled: false)) == unsampled)
  }

  @Test(arguments: [
    // The bound is ratio × 2^64 on the last eight bytes, as in OpenTelemetry's Python and Go SDKs.
    (0.5, UInt64(0x7fff_ffff_ffff_ffff), true),
    (0.5, 0x8000_0000_0000_0000, false),
    (0.25, 0x3fff_ffff_ffff_ffff, true),
    (0.25, 0x4000_0000_0000_0000, false),
    (0.0, 0, false),
    (1.0, .max, true),
  ])
  func `The ratio is a pure function of the trace id`(ratio: Double, low: UInt64, isSampled: Bool) {
    let sampler = Sampler.traceIDRatioBased(ratio)
    #expect(sampler.isSampled(TraceID(high: 0, low: low), parent: nil) == isSampled)
    #expect(sampler.isSampled(TraceID(high: .max, low: low), parent: parent(sampled: true)) == isSampled)
  }
}
