/// Blackman and Vigna's xoshiro256**: fast, and good enough for ids, which must be unique and not secret.
public struct Xoshiro256: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// A generator seeded by the system.
  public init() {
    var system = SystemRandomNumberGenerator()
    // The all-zero state is the one that never leaves itself.
    state = (system.next() | 1, system.next(), system.next(), system.next())
  }

  /// A generator that gives the same values for the same seed. The state comes from splitmix64, as the authors advise.
  public init(seed: UInt64) {
    var seed = seed
    func word() -> UInt64 {
      seed &+= 0x9E37_79B9_7F4A_7C15
      var word = seed
      word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
      word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
      return word ^ word >> 31
    }
    state = (word(), word(), word(), word())
  }

  /// The next value.
  public mutating func next() -> UInt64 {
    let result = Self.rotate(state.1 &* 5, by: 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = Self.rotate(state.3, by: 45)
    return result
  }

  /// The next value that is not zero.
  mutating func nextNonZero() -> UInt64 {
    while true {
      let value = next()
      if value != 0 { return value }
    }
  }

  private static func rotate(_ value: UInt64, by count: UInt64) -> UInt64 {
    value << count | value >> (64 - count)
  }
}
