import Reporting

/// A span of time as the user writes it: `0.5-2`, `500ms-2s`, or a single time. Plain numbers are seconds.
public struct SecondsRange: Sendable, Hashable, LosslessStringConvertible {
  /// In seconds.
  public let range: ClosedRange<Double>
  /// As it was written.
  public let description: String

  /// Nil for what is no time, or ends before it begins.
  public init?(_ text: String) {
    description = text
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Seconds(String($0))?.value }
    guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last else {
      return nil
    }
    range = first...last
  }
}
