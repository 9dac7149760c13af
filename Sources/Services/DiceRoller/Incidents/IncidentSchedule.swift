import Telemetry

/// When incidents are: one in each period, at a random place of it. Pure: the same seed gives the same moments, and any
/// of them without those before it, so that all loops know them and share nothing.
///
/// Intervals of random length would be as natural. But who waits for an incident, in front of a class or in a test, has
/// one within two periods at most; none overlaps another; and their share of the time is what was asked for.
struct IncidentSchedule: Sendable, Hashable {
  /// In nanoseconds; one incident each.
  let period: UInt64
  /// How long an incident lasts, in nanoseconds: less than the period.
  let length: UInt64
  /// Decides where in its period each incident is.
  let seed: UInt64

  /// The time of an incident in nanoseconds since the start; the first has number 1.
  func interval(of number: Int) -> Range<UInt64> {
    let index = UInt64(number - 1)
    // A step of splitmix64, which the generator starts from: seeds that are neighbours have no incidents in common.
    var random = Xoshiro256(seed: seed &+ index &* 0x9E37_79B9_7F4A_7C15)
    let begin = index * period + .random(in: 0...period - length, using: &random)
    return begin..<begin + length
  }

  /// The number of the incident that is under way at a time in nanoseconds since the start; nil between two of them.
  func number(at time: UInt64) -> Int? {
    let number = Int(time / period) + 1
    return interval(of: number).contains(time) ? number : nil
  }
}
