import DiceRoller
import Reporting
public import Traffic

extension ArrivalPattern: FormedValue, LosslessStringConvertible {
  static var form: String { "constant or poisson" }

  /// As it is written on the command line.
  public var description: String { rawValue }

  /// Nil for what is no pattern.
  public init?(_ text: String) { self.init(rawValue: text) }
}

extension Seconds: FormedValue {
  static var form: String { "a time such as 30s, 500ms or 1m30s; a plain number is seconds" }
}

extension SecondsRange: FormedValue {
  static var form: String { "a time or two, the shorter first, such as 500ms or 0.5-2; plain numbers are seconds" }
}

extension RateSpecification: FormedValue {
  static var form: String { "requests per second: 200, steps 100,200,400 or a ramp 100-1000" }
}

extension LatencyLimit: FormedValue {
  static var form: String { "a percentile or max, and a time with its unit, such as p99=200ms or max=2s" }
}

extension ErrorLimit: FormedValue {
  static var form: String { "a percentage or a share below 1, such as 1% or 0.01" }
}

/// Numbers of rolls with commas between them: `1,2,5`.
struct RollCounts: FormedValue {
  static var form: String {
    let sizes = DiceRollerServer.batchSizes
    return "numbers from \(sizes.lowerBound) to \(sizes.upperBound) with commas between them, such as 1,2,5"
  }

  let values: [Int]
  let description: String

  init?(_ text: String) {
    description = text
    let values = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard values.allSatisfy(DiceRollerServer.batchSizes.contains) else { return nil }
    self.values = values
  }
}
