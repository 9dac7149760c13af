import Testing

@testable import Telemetry

@Suite struct HistogramCellTests {
  private func exemplar(_ value: Double, at microseconds: Int64) -> Exemplar {
    let span = SpanReference(traceID: TraceID(high: 1, low: 1), spanID: SpanID(rawValue: 1), traceFlags: .sampled)
    return Exemplar(value: value, span: span, microseconds: microseconds)
  }

  @Test func aValueOnABoundBelongsToItsBucket() {
    var cell = HistogramCell(bounds: [1, 2])
    for value in [-1, 1, 1.0000001, 2, 2.5, .infinity] { cell.observe(value) }
    #expect(cell.counts == [2, 2, 2])
    #expect(cell.count == 6)
  }

  @Test func notANumberIsNotCounted() {
    var cell = HistogramCell(bounds: [1])
    cell.observe(.nan)
    #expect(cell == HistogramCell(bounds: [1]))
  }

  @Test func mergingAddsBucketsAndKeepsTheNewestExemplar() {
    var one = HistogramCell(bounds: [1, 2])
    one.observe(0.5, exemplar: exemplar(0.5, at: 20))
    one.observe(1.5, exemplar: exemplar(1.5, at: 20))
    var other = HistogramCell(bounds: [1, 2])
    other.observe(0.25, exemplar: exemplar(0.25, at: 10))
    other.observe(1.25, exemplar: exemplar(1.25, at: 30))
    other.observe(9)
    one.merge(other)
    #expect(one.counts == [2, 2, 1])
    #expect(one.sum == 12.5)
    #expect(one.exemplars == [exemplar(0.5, at: 20), exemplar(1.25, at: 30), nil])
  }
}
