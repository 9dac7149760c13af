public import ArgumentParser
import DiceRoller
public import Reporting
public import Traffic

extension ArrivalPattern: ExpressibleByArgument, LosslessStringConvertible {
  /// As it is written on the command line.
  public var description: String { rawValue }

  /// Nil for what is no pattern.
  public init?(_ text: String) { self.init(rawValue: text) }
}

extension Seconds: ExpressibleByArgument {
  /// See `ExpressibleByArgument`.
  public init?(argument: String) { self.init(argument) }
}

extension SecondsRange: ExpressibleByArgument {
  /// See `ExpressibleByArgument`.
  public init?(argument: String) { self.init(argument) }
}

extension RateSpecification: ExpressibleByArgument {
  /// See `ExpressibleByArgument`.
  public init?(argument: String) { self.init(argument) }
}

extension LatencyLimit: ExpressibleByArgument {
  /// See `ExpressibleByArgument`.
  public init?(argument: String) { self.init(argument) }
}

extension ErrorLimit: ExpressibleByArgument {
  /// See `ExpressibleByArgument`.
  public init?(argument: String) { self.init(argument) }
}

/// Numbers of rolls with commas between them: `1,2,5`.
struct RollCounts: ExpressibleByArgument, LosslessStringConvertible {
  let values: [Int]
  let description: String

  init?(_ text: String) {
    description = text
    let values = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard values.allSatisfy(DiceRollerServer.batchSizes.contains) else { return nil }
    self.values = values
  }

  init?(argument: String) { self.init(argument) }
}
