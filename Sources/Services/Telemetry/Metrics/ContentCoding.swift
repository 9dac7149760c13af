/// How an answer's content is coded (RFC 9110 section 8.4.1).
public enum ContentCoding: Sendable, Equatable {
  /// As it is.
  case identity
  /// RFC 1952.
  case gzip

  /// The value of `Content-Encoding`; nil where none is sent.
  public var fieldValue: String? {
    switch self {
    case .identity: nil
    case .gzip: "gzip"
    }
  }

  /// The coding to use for a client (RFC 9110 section 12.5.3): gzip where it is named, or any coding is, with a weight
  /// above zero. A client that sends no field takes anything, but may be a person with a pipe; it gets plain text.
  ///
  /// - Parameter acceptEncoding: the values of all Accept-Encoding fields.
  public static func preferred(acceptEncoding: [String]) -> ContentCoding {
    let elements = AcceptElement.elements(of: acceptEncoding)
    // `x-gzip` is an old name of the same (section 8.4.1.3).
    let named = elements.last { $0.value == "gzip" || $0.value == "x-gzip" }
    let quality = (named ?? elements.last { $0.value == "*" })?.quality ?? 0
    let identity = elements.last { $0.value == "identity" }?.quality ?? 0
    return quality > 0 && quality >= identity ? .gzip : .identity
  }
}
