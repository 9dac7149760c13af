import ServiceCore

/// A time as the user writes it: `10s`, `500ms`, `1m30s`; a plain number is seconds.
public struct Seconds: Sendable, Hashable, LosslessStringConvertible {
  /// In seconds, from 0 to a year.
  public let value: Double
  /// As it was written.
  public let description: String

  /// Nil for what is no time, a negative one, or one beyond a year.
  public init?(_ text: String) {
    description = text
    guard let value = Double(text) ?? DurationText.nanoseconds(text).map({ $0 / 1e9 }),
      (0...31_536_000).contains(value)
    else { return nil }
    self.value = value
  }

  /// That many seconds.
  public init(_ value: Double) {
    self.value = value
    description = String(value)
  }
}
