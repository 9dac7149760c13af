/// The media type of a body, as it stands in `Content-Type` (RFC 9110 §8.3.1).
public struct MediaType: Hashable, Sendable, ExpressibleByStringLiteral {
  enum Kind: Hashable, Sendable {
    case json, plainText, html
    case other(String)

    /// The usual ones need neither a reference count nor a check when they are sent; nil for any other.
    var literal: StaticString? {
      switch self {
      case .json: "application/json"
      case .plainText: "text/plain; charset=utf-8"
      case .html: "text/html; charset=utf-8"
      case .other: nil
      }
    }
  }

  private(set) var kind: Kind

  /// For example `text/plain; charset=utf-8`.
  public var text: String {
    get { if case .other(let text) = kind { text } else { kind.literal?.description ?? "" } }
    set { self = MediaType(newValue) }
  }

  private init(kind: Kind) {
    self.kind = kind
  }

  /// Takes the text as it is.
  public init(_ text: String) {
    for usual in [MediaType.json, .plainText, .html] where usual.text == text {
      self = usual
      return
    }
    kind = .other(text)
  }

  /// See `init(_:)`.
  public init(stringLiteral text: String) {
    self.init(text)
  }

  /// `application/json`
  public static var json: MediaType { MediaType(kind: .json) }
  /// `text/plain; charset=utf-8`
  public static var plainText: MediaType { MediaType(kind: .plainText) }
  /// `text/html; charset=utf-8`
  public static var html: MediaType { MediaType(kind: .html) }
}
