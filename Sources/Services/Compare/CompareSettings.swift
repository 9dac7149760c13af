public import ServiceCore

/// What is compared.
public struct CompareSettings: Sendable {
  /// A dice-roller, or a frontend.
  public var url: ServiceURL
  /// The die.
  public var die: String
  /// The numbers of rolls, one after another.
  public var rolls: [Int]
  /// Measurements for each number of rolls.
  public var iterations: Int

  /// The given parts.
  public init(url: ServiceURL, die: String, rolls: [Int], iterations: Int) {
    self.url = url
    self.die = die
    self.rolls = rolls
    self.iterations = iterations
  }
}
