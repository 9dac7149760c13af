import ServiceCore

/// One roll, or one batch of rolls, that a simulated user asks for.
struct DiceRequest: Sendable, Hashable {
  let die: String
  /// How many rolls at once; nil for a single one.
  let batchSize: Int?

  /// Path and query.
  var target: String {
    let die = die.queryEncoded
    return batchSize.map { "/roll-async?die=\(die)&times=\($0)" } ?? "/roll?die=\(die)"
  }
}

/// What simulated users ask for.
public struct DiceMix: Sendable, Hashable {
  /// Each as likely as the others.
  public var dice = ["fair", "risky", "extreme", "unknown"]
  /// The share of requests that ask for a batch.
  public var asyncProbability = 0.3
  /// Batches have between 1 and this many rolls, all sizes alike.
  public var maximumBatchSize = 10

  /// The defaults of each property.
  public init() {}

  func draw(using random: inout some RandomNumberGenerator) -> DiceRequest {
    let die = dice.randomElement(using: &random) ?? ""
    let isBatch = Double.random(in: 0..<1, using: &random) < asyncProbability
    return DiceRequest(die: die, batchSize: isBatch ? .random(in: 1...maximumBatchSize, using: &random) : nil)
  }
}
