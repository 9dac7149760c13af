/// Durations as Go and TraceQL write them: `1.5s`, `100ms`, `1m30s`.
package enum DurationText {
  private static let units: [String: Double] = [
    // Micro as its own sign and as the Greek letter: both are typed.
    "ns": 1, "us": 1e3, "\u{B5}s": 1e3, "\u{3BC}s": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9, "d": 86400e9,
  ]

  /// Nanoseconds; nil for anything else.
  package static func nanoseconds(_ text: String) -> Double? {
    var rest = Substring(text)
    var sum = 0.0
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      rest = rest.dropFirst(number.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let value = Double(number), let factor = units[String(unit)] else { return nil }
      sum += value * factor
    }
    return sum
  }
}
