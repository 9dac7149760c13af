/// Where and why a text is not JSON.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line, from 1.
  public let line: Int
  /// What is wrong there.
  public let reason: String

  /// For people: `line 3: expected ',' or ']'`.
  public var description: String { "line \(line): \(reason)" }
}
