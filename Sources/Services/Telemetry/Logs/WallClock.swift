import LoopHTTP

/// The time of day, as logs and exemplars carry it.
public enum WallClock {
  /// Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
  public static func microseconds() -> Int64 {
    Int64(EventLoop.wallClockNanoseconds() / 1000)
  }
}

extension [UInt8] {
  /// Appends RFC 3339 in UTC with six fraction digits: `2026-01-31T23:59:59.000001Z`.
  mutating func append(rfc3339 microseconds: Int64) {
    append(addingCapacity: 27) { $0.append(rfc3339: microseconds) }
  }
}

extension OutputSpan<UInt8> {
  /// Appends RFC 3339 in UTC with six fraction digits, 27 bytes. There must be room for them.
  mutating func append(rfc3339 microseconds: Int64) {
    let (second, fraction) = microseconds.flooredDivision(by: 1_000_000)
    let (day, secondOfDay) = second.flooredDivision(by: 86_400)
    let date = CivilDate(daysSince1970: day)
    // Eight characters at a time: one by one they take three times as long.
    var word = EightCharacters(bytes: 0x3030_3030_2d30_302d)  // 0000-00-
    word.add(date.year / 100, at: 0)
    word.add(date.year, at: 2)
    word.add(date.month, at: 5)
    append(bigEndian: word.bytes)
    word = EightCharacters(bytes: 0x3030_5430_303a_3030)  // 00T00:00
    word.add(date.day, at: 0)
    word.add(secondOfDay / 3600, at: 3)
    word.add(secondOfDay / 60 % 60, at: 6)
    append(bigEndian: word.bytes)
    word = EightCharacters(bytes: 0x3a30_302e_3030_3030)  // :00.0000
    word.add(secondOfDay % 60, at: 1)
    word.add(fraction / 10_000, at: 4)
    word.add(fraction / 100, at: 6)
    append(bigEndian: word.bytes)
    append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: fraction / 10 % 10))
    append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: fraction % 10))
    append(UInt8(ascii: "Z"))
  }
}

/// Eight characters with zeros among them, to which digits are added; the first is the most significant byte.
private struct EightCharacters {
  var bytes: UInt64

  /// Adds the last two decimal digits of a number that is not negative.
  @inline(__always)
  mutating func add(_ number: Int64, at place: Int) {
    let number = UInt64(truncatingIfNeeded: number) % 100
    bytes += ((number / 10) << 8 | number % 10) << UInt64(48 - 8 * place)
  }
}

extension Int64 {
  /// Rounds towards negative infinity, so that times before 1970 have a fraction that is not negative.
  fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
