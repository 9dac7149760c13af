public import LoopHTTP

/// The base address of another service, such as `http://localhost:8107`.
public struct ServiceURL: Sendable, Hashable, LosslessStringConvertible {
  /// As it was given, without slashes at its end.
  public let description: String
  private let url: ClientURL

  /// Nil unless it is an absolute http URL without a query.
  public init?(_ text: String) {
    var text = text
    while text.hasSuffix("/") { text.removeLast() }
    guard let url = try? ClientURL(text), !text.contains("?"), !text.contains("#") else { return nil }
    description = text
    self.url = url
  }

  /// The address of `target`, which begins with a slash, below this one.
  public func appending(_ target: String) -> ClientURL {
    ClientURL(origin: url.origin, target: (url.target == "/" ? "" : url.target) + target)
  }
}
