import Telemetry

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How requests of an open model are spread in time.
public enum ArrivalPattern: String, Sendable, CaseIterable {
  /// At equal distances.
  case constant
  /// Independently of each other, as requests of many users are: the distances are exponentially distributed.
  case poisson
}

/// When each request of an open-model run is due. Pure: the same seed gives the same moments.
struct ArrivalSchedule: Sendable, Sequence, IteratorProtocol {
  private let profile: RateProfile
  private let pattern: ArrivalPattern
  private var random: Xoshiro256
  /// How many requests the profile has let become due; the moment of the next one follows from it.
  private var count = 0.0

  init(profile: RateProfile, pattern: ArrivalPattern, seed: UInt64) {
    self.profile = profile
    self.pattern = pattern
    random = Xoshiro256(seed: seed)
    if pattern == .poisson { count = gap() }
  }

  /// Seconds after the run's beginning; nil at its end.
  mutating func next() -> Double? {
    guard let time = profile.time(ofCount: count) else { return nil }
    count += pattern == .poisson ? gap() : 1
    return time
  }

  /// A Poisson process of any rate is one of rate 1 whose time is bent: its gaps are counted in requests, not seconds.
  private mutating func gap() -> Double {
    -log(1 - Double.random(in: 0..<1, using: &random))
  }
}
