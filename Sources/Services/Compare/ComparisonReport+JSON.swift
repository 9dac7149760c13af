import Reporting
import ServiceCore

extension ComparisonReport {
  /// The results for programs: times in seconds; what could not be measured is null. The numbers of rolls and of iterations at the
  /// top are the planned ones, those of a result were measured.
  public var json: [UInt8] {
    JSONValue(members: [
      ("url", .string(settings.url.description)),
      ("die", .string(settings.die)),
      ("interrupted", .bool(isInterrupted)),
      ("rolls", .array(settings.rolls.map { JSONValue($0) })),
      ("iterations", JSONValue(settings.iterations)),
      ("results", .array(results.map(Self.json))),
    ]).bytes + [UInt8(ascii: "\n")]
  }

  private static func json(_ result: ComparisonResult) -> JSONValue {
    let contenders = Contender.allCases.map {
      ($0.rawValue, json(result.sample($0), theory: $0.theory(rolls: result.rolls)))
    }
    return JSONValue(
      members: [("rolls", JSONValue(result.rolls)), ("iterations", JSONValue(result.iterations.count))] + contenders + [
        ("factor", json(result.factor)),
        ("theoretical_factor", JSONValue(result.theoreticalFactor)),
        ("failed", JSONValue(result.failed)),
        ("batch_traces", .array(result.batchTraces.map { .string($0) })),
      ]
    )
  }

  private static func json(_ sample: Sample, theory: Double) -> JSONValue {
    JSONValue(members: [
      ("seconds", .array(sample.values.map { JSONValue($0) })),
      ("mean", JSONValue(sample.mean)), ("standard_deviation", JSONValue(sample.standardDeviation)),
      ("minimum", JSONValue(sample.minimum)), ("maximum", JSONValue(sample.maximum)), ("theory", JSONValue(theory)),
    ])
  }

  private static func json(_ factor: RatioEstimate?) -> JSONValue {
    guard let factor else { return .null }
    let interval = factor.interval.map { JSONValue.array([JSONValue($0.lowerBound), JSONValue($0.upperBound)]) }
    return JSONValue(members: [("value", JSONValue(factor.value)), ("interval_95", interval ?? .null)])
  }
}
