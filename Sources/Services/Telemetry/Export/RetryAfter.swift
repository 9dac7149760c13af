/// The value of a `Retry-After` header (RFC 9110 §10.2.3): seconds, or an HTTP-date.
enum RetryAfter {
  /// How long to wait from `now`, in seconds since 1970; nil when the value is neither form. A date in the past is no wait.
  static func delay(_ value: String, now: Int) -> Duration? {
    let text = String(Substring(ByteClass.trimming(value[...].utf8)))
    if !text.isEmpty, text.utf8.allSatisfy(ByteClass.isDigit) {
      return Int(text).map { .seconds(min($0, longest)) }
    }
    return seconds(ofDate: text).map { .seconds(min(max($0 - now, 0), longest)) }
  }

  /// Longer waits are cut to this: a day is beyond every limit of an export.
  private static let longest = 86_400

  private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

  /// Seconds since 1970 of an HTTP-date in any of its three forms (RFC 9110 §5.6.7).
  static func seconds(ofDate text: String) -> Int? {
    let parts = text.split { $0 == " " || $0 == "," || $0 == "-" }
    // IMF-fixdate and RFC 850: Sun, 06 Nov 1994 08:49:37 GMT; asctime: Sun Nov  6 08:49:37 1994.
    let fields: (day: Substring, month: Substring, year: Substring, time: Substring)
    switch parts.count {
    case 6 where parts[5] == "GMT": fields = (parts[1], parts[2], parts[3], parts[4])
    case 5: fields = (parts[2], parts[1], parts[4], parts[3])
    default: return nil
    }
    let time = fields.time.split(separator: ":").compactMap { Int($0) }
    guard
      let day = Int(fields.day), (1...31).contains(day),
      let month = months.firstIndex(of: fields.month.lowercased()),
      var year = Int(fields.year), (0...9999).contains(year),
      time.count == 3, (0...23).contains(time[0]), (0...59).contains(time[1]), (0...60).contains(time[2])
    else { return nil }
    // Two digits mean the century that is nearer: RFC 850 dates are read as 1970 to 2069.
    if fields.year.utf8.count == 2 { year += year < 70 ? 2000 : 1900 }
    let days = daysSince1970(year: year, month: month + 1, day: day)
    return days * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
  }

  /// Days of the proleptic Gregorian calendar, counted in years that begin in March.
  private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
    let shiftedYear = month > 2 ? year : year - 1
    let shiftedMonth = (month + 9) % 12
    let leapDays = shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400
    return 365 * shiftedYear + leapDays + (shiftedMonth * 153 + 2) / 5 + day - 1 - 719_468
  }
}
