/// Which known fields a head holds, so that nobody walks over its lines for one that is not there.
struct KnownFieldSet: Hashable, Sendable {
  private var bits: UInt32 = 0

  @inline(__always)
  mutating func insert(_ field: KnownField) {
    bits |= 1 << UInt32(field.rawValue)
  }

  @inline(__always)
  func contains(_ field: KnownField) -> Bool {
    bits & (1 << UInt32(field.rawValue)) != 0
  }
}
