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
    append(twoDigits: date.year / 100)
    append(twoDigits: date.year)
    append(UInt8(ascii: "-"))
    append(twoDigits: date.month)
    append(UInt8(ascii: "-"))
    append(twoDigits: date.day)
    append(UInt8(ascii: "T"))
    append(twoDigits: secondOfDay / 3600)
    append(UInt8(ascii: ":"))
    append(twoDigits: secondOfDay / 60 % 60)
    append(UInt8(ascii: ":"))
    append(twoDigits: secondOfDay % 60)
    append(UInt8(ascii: "."))
    append(twoDigits: fraction / 10_000)
    append(twoDigits: fraction / 100)
    append(twoDigits: fraction)
    append(UInt8(ascii: "Z"))
  }

  /// Appends the last two decimal digits of a number that is not negative.
  @inline(__always)
  fileprivate mutating func append(twoDigits number: Int64) {
    let number = UInt8(truncatingIfNeeded: number % 100)
    append(UInt8(ascii: "0") + number / 10)
    append(UInt8(ascii: "0") + number % 10)
  }
}

extension Int64 {
  /// Rounds towards negative infinity, so that times before 1970 have a fraction that is not negative.
  fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
