/// Blackman and Vigna's xoshiro256**: fast, and good enough for ids, which must be unique and not secret.
public struct Xoshiro256: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// A generator seeded by the system.
  public init() {
    var system = SystemRandomNumberGenerator()
    // The all-zero state is the one that never leaves itself.
    state = (system.next() | 1, system.next(), system.next(), system.next())
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
