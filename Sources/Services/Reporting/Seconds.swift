/// A time as the user writes it: `10s`, `500ms`, `1m30s`; a plain number is seconds.
public struct Seconds: Sendable, Hashable, LosslessStringConvertible {
  /// In seconds, from 0 to a year.
  public let value: Double
  /// As it was written.
  public let description: String

  /// Nil for what is no time, a negative one, or one beyond a year.
  public init?(_ text: String) {
    description = text
    guard let value = Double(text) ?? Self.sum(text), (0...31_536_000).contains(value) else { return nil }
    self.value = value
  }

  /// That many seconds.
  public init(_ value: Double) {
    self.value = value
    description = String(value)
  }

  private static let units: [Substring: Double] = ["us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600]

  private static func sum(_ text: String) -> Double? {
    var rest = Substring(text)
    var sum = 0.0
    repeat {
      let number = rest.prefix { "0"..."9" ~= $0 || $0 == "." }
      rest = rest.dropFirst(number.count)
      let unit = rest.prefix(while: \.isLetter)
      rest = rest.dropFirst(unit.count)
      guard let count = Double(number), let factor = units[unit] else { return nil }
      sum += count * factor
    } while !rest.isEmpty
    return sum
  }
}
