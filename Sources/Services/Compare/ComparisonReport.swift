import Reporting

/// What a comparison came to.
public struct ComparisonReport: Sendable {
  let settings: CompareSettings
  /// Of the settings' numbers of rolls in their order, as far as the comparison came.
  let results: [ComparisonResult]
  /// Whether it was ended before its time.
  let isInterrupted: Bool

  /// Whether sequential rolls and a batch were both measured for some number of rolls.
  public var hasFactor: Bool { results.contains { $0.factor != nil } }

  /// The seconds of one iteration, in a fixed order.
  static func text(_ iteration: ComparisonResult.Iteration) -> String {
    Contender.allCases.map { "\($0.rawValue) \(secondsText(iteration[$0]))" }.joined(separator: ", ")
  }

  static func secondsText(_ seconds: Double?) -> String {
    guard let seconds, seconds.isFinite else { return "–" }
    return seconds.text(decimals: 3) + " s"
  }

  /// The report for people; its last three lines are those of the reference system.
  public var text: String {
    var lines = results.flatMap { Self.table($0) + [""] }
    if results.count > 1 { lines += overview + [""] }
    if isInterrupted { lines += [interruption, ""] }
    if let last = results.last(where: { $0.factor != nil }) { lines += Self.closing(last) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row(_ name: String, _ cells: [String]) -> String {
    name.padded(toRight: 12) + cells.map { $0.padded(to: 13) }.joined()
  }

  /// `1 roll`, `2 rolls`.
  static func rollsText(_ count: Int) -> String { count == 1 ? "1 roll" : "\(count) rolls" }

  private static func table(_ result: ComparisonResult) -> [String] {
    var lines = [row(rollsText(result.rolls), Contender.allCases.map(\.rawValue))]
    for (index, iteration) in result.iterations.enumerated() {
      lines.append(row("  \(index + 1)", Contender.allCases.map { secondsText(iteration[$0]) }))
    }
    let figures: [(String, (Sample) -> Double)] = [
      ("mean", \.mean), ("std dev", \.standardDeviation), ("min", \.minimum), ("max", \.maximum),
    ]
    for (name, figure) in figures {
      lines.append(row(name, Contender.allCases.map { secondsText(figure(result.sample($0))) }))
    }
    lines.append(row("theory", Contender.allCases.map { secondsText($0.theory(rolls: result.rolls)) }))
    if let factor = result.factor {
      lines.append("factor      \(factorText(factor)), in theory \(result.theoreticalFactor.text(decimals: 2))x")
    }
    if result.failed > 0 { lines.append("failed      \(result.failed), in no time above") }
    return lines
  }

  /// What was measured, beside what was planned.
  private var interruption: String {
    let shares = settings.rolls.enumerated().map { index, rolls in
      let measured = results.indices.contains(index) ? results[index].iterations.count : 0
      return "\(measured) of \(settings.iterations) iterations of \(Self.rollsText(rolls))"
    }
    return "ended early, with " + shares.joined(separator: ", ")
  }

  private static func factorText(_ factor: RatioEstimate) -> String {
    let value = "\(factor.value.text(decimals: 2))x"
    guard let interval = factor.interval else {
      return "\(value), no interval from fewer than \(RatioEstimate.leastCount) iterations"
    }
    return "\(value), 95 % interval "
      + "\(interval.lowerBound.text(decimals: 2))x to \(interval.upperBound.text(decimals: 2))x"
  }

  private var overview: [String] {
    [Self.row("rolls", Contender.allCases.map(\.rawValue) + ["factor", "theory"])]
      + results.map { result in
        let seconds = Contender.allCases.map { Self.secondsText(result.sample($0).mean) }
        let factors = [result.factor?.value ?? .nan, result.theoreticalFactor].map {
          $0.isNaN ? "–" : $0.text(decimals: 2) + "x"
        }
        return Self.row("\(result.rolls)", seconds + factors)
      }
  }

  private static func closing(_ result: ComparisonResult) -> [String] {
    let sequential = result.sample(.sequential).mean
    let batch = result.sample(.batch).mean
    let isFaster = batch <= sequential
    let factor = isFaster ? sequential / batch : batch / sequential
    return [
      "Sequential Rolls: \(sequential.text(decimals: 3)) seconds",
      "Async Batch Roll: \(batch.text(decimals: 3)) seconds",
      "Async rolling is \(factor.text(decimals: 2))x \(isFaster ? "FASTER" : "SLOWER") than sequential!",
    ]
  }
}
