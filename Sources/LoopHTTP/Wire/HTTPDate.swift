/// Dates of HTTP fields (RFC 9110 §5.6.7).
public enum HTTPDate {
  private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// The date of an instant not before 1970, as IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT`.
  public static func format(secondsSince1970: Int64) -> String {
    let days = secondsSince1970 / 86_400
    let time = secondsSince1970 % 86_400
    let date = CivilDate(daysSince1970: days)
    return "\(self.days[Int(days % 7)]), \(twoDigits(date.day)) \(months[Int(date.month) - 1]) \(date.year) "
      + "\(twoDigits(time / 3600)):\(twoDigits(time / 60 % 60)):\(twoDigits(time % 60)) GMT"
  }

  /// Seconds since 1970, or nil where `text` is no HTTP-date or one before 1970. A recipient has to read all three forms;
  /// a year of two digits lies between 1970 and 2069.
  public static func parse(_ text: String) -> Int64? {
    let parts = text.split(separator: " ")
    switch parts.count {
    // IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT`
    case 6 where parts[0].utf8.count == 4 && parts[0].hasSuffix(",") && parts[5] == "GMT":
      return seconds(number(parts[1], digits: 2), parts[2], number(parts[3], digits: 4), parts[4])
    // RFC 850: `Sunday, 06-Nov-94 08:49:37 GMT`
    case 4 where parts[0].hasSuffix(",") && parts[3] == "GMT":
      let date = parts[1].split(separator: "-", omittingEmptySubsequences: false)
      guard date.count == 3, let year = number(date[2], digits: 2) else { return nil }
      return seconds(number(date[0], digits: 2), date[1], year + (year < 70 ? 2000 : 1900), parts[2])
    // asctime: `Sun Nov  6 08:49:37 1994`
    case 5 where parts[0].utf8.count == 3:
      let day = number(parts[2], digits: parts[2].utf8.count)
      return seconds(day, parts[1], number(parts[4], digits: 4), parts[3])
    default: return nil
    }
  }

  private static func seconds(_ day: Int64?, _ month: Substring, _ year: Int64?, _ time: Substring) -> Int64? {
    let clock = time.split(separator: ":", omittingEmptySubsequences: false)
    guard let day, (1...31).contains(day), let year, year >= 1970,
      let month = months.firstIndex(of: String(month)),
      clock.count == 3, let hour = number(clock[0], digits: 2), hour < 24,
      let minute = number(clock[1], digits: 2), minute < 60,
      let second = number(clock[2], digits: 2), second < 61
    else { return nil }
    let date = CivilDate(year: year, month: Int64(month) + 1, day: day)
    return date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second
  }

  private static func number(_ text: Substring, digits: Int) -> Int64? {
    guard text.utf8.count == digits, text.utf8.allSatisfy(ByteClass.isDigit) else { return nil }
    return Int64(text)
  }

  private static func twoDigits(_ number: Int64) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
