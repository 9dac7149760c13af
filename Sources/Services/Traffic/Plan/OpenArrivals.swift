import Telemetry

/// The requests of an open-model run in the order they are due, as one of several loops sees them. Pure: every loop draws
/// the whole sequence and keeps its share, so that the same seed gives the same requests for any number of loops.
struct OpenArrivals: Sendable {
  struct Arrival: Sendable, Hashable {
    /// Seconds after the run's beginning.
    let due: Double
    let request: PlannedRequest
  }

  private var schedule: ArrivalSchedule
  private let mix: DiceMix?
  private var random: Xoshiro256
  private let share: Int
  private let shareCount: Int
  private var count = 0

  /// - Parameters:
  ///   - mix: What is asked for; nil for a fixed target.
  ///   - share: From 0, below `shareCount`.
  init(schedule: ArrivalSchedule, mix: DiceMix?, seed: UInt64, share: Int, shareCount: Int) {
    self.schedule = schedule
    self.mix = mix
    random = Xoshiro256(seed: ~seed)
    self.share = share
    self.shareCount = shareCount
  }

  /// Each request is a user's of its own; nil at the run's end.
  mutating func next() -> Arrival? {
    while let due = schedule.next() {
      let dice = mix?.draw(using: &random)
      count += 1
      if (count - 1) % shareCount == share {
        return Arrival(due: due, request: PlannedRequest(userID: count, number: 1, dice: dice))
      }
    }
    return nil
  }
}
