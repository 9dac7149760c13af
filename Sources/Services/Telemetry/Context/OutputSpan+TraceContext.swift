import LoopHTTP

/// Ids and flags as lowercase hexadecimal digits. There must be room for them.
extension OutputSpan<UInt8> {
  /// Appends 32 digits.
  @inline(__always)
  mutating func append(_ id: TraceID) {
    append(hexadecimal: id.high)
    append(hexadecimal: id.low)
  }

  /// Appends 16 digits.
  @inline(__always)
  mutating func append(_ id: SpanID) {
    append(hexadecimal: id.rawValue)
  }

  /// Appends two digits.
  @inline(__always)
  mutating func append(_ flags: TraceFlags) {
    append(hexadecimal: flags.rawValue)
  }

  /// Appends two digits.
  @inline(__always)
  mutating func append(hexadecimal number: UInt8) {
    let word = Hexadecimal.digits(of: UInt32(number))
    append(UInt8(truncatingIfNeeded: word >> 8))
    append(UInt8(truncatingIfNeeded: word))
  }

  @inline(__always)
  private mutating func append(hexadecimal number: UInt64) {
    append(bigEndian: Hexadecimal.digits(of: UInt32(truncatingIfNeeded: number >> 32)))
    append(bigEndian: Hexadecimal.digits(of: UInt32(truncatingIfNeeded: number)))
  }
}
