/// The media type of a body, as it stands in `Content-Type` (RFC 9110 §8.3.1).
public struct MediaType: Hashable, Sendable, ExpressibleByStringLiteral {
  /// For example `text/plain; charset=utf-8`.
  public var text: String

  /// Takes the text as it is.
  public init(_ text: String) {
    self.text = text
  }

  /// See `init(_:)`.
  public init(stringLiteral text: String) {
    self.text = text
  }

  /// `application/json`
  public static let json = MediaType("application/json")
  /// `text/plain; charset=utf-8`
  public static let plainText = MediaType("text/plain; charset=utf-8")
  /// `text/html; charset=utf-8`
  public static let html = MediaType("text/html; charset=utf-8")
}
