import Telemetry

/// One request and who makes it.
struct PlannedRequest: Sendable, Hashable {
  /// The user, from 1.
  let userID: Int
  /// The user's request, counted from 1.
  let number: Int
  /// What is asked of the dice; nil for a fixed target.
  let dice: DiceRequest?

  var kind: RequestKind {
    guard let dice else { return .target }
    return dice.batchSize == nil ? .sync : .async
  }
}

/// One place among the concurrent users of a closed model: a user rolls some times, then another takes the place. Pure:
/// the same seed and place give the same users.
struct SimulatedUsers: Sendable {
  private let mix: DiceMix?
  private let maximumRolls: Int
  private let thinkTime: ClosedRange<Double>
  private let placeCount: Int
  private var random: Xoshiro256
  private var userID: Int
  private var number = 0
  private var rolls: Int

  /// - Parameters:
  ///   - mix: What they ask for; nil for a fixed target.
  ///   - place: From 0, below `placeCount`; numbers the users, and each place has a sequence of its own.
  init(mix: DiceMix?, maximumRolls: Int, thinkTime: ClosedRange<Double>, place: Int, placeCount: Int, seed: UInt64) {
    self.mix = mix
    self.maximumRolls = maximumRolls
    self.thinkTime = thinkTime
    self.placeCount = placeCount
    random = Xoshiro256(seed: seed &+ UInt64(place) &* 0x9E37_79B9_7F4A_7C15)
    userID = place + 1
    rolls = Int.random(in: 1...maximumRolls, using: &random)
  }

  mutating func nextRequest() -> PlannedRequest {
    if number == rolls {
      userID += placeCount
      number = 0
      rolls = Int.random(in: 1...maximumRolls, using: &random)
    }
    number += 1
    return PlannedRequest(userID: userID, number: number, dice: mix?.draw(using: &random))
  }

  /// Seconds until the next request.
  mutating func nextThinkTime() -> Double {
    .random(in: thinkTime, using: &random)
  }
}
