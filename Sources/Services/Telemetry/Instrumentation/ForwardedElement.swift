import LoopHTTP

/// What the first proxy says in a `Forwarded` header (RFC 7239 §4).
struct ForwardedElement: Sendable, Hashable {
  /// `host`, as the client asked for it.
  private(set) var host: String?
  /// `proto`, where it is http or https.
  private(set) var scheme: String?
  /// The address in `for`, without brackets and port; nil when it is hidden.
  private(set) var client: String?

  init(firstOf value: String) {
    for parameter in Self.firstElement(of: value) {
      guard let equals = parameter.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(Substring(ByteClass.trimming(parameter[..<equals]))).lowercased()
      let text = Self.unquoted(ByteClass.trimming(parameter[parameter.index(after: equals)...]))
      switch name {
      case "host" where !text.isEmpty: host = text
      case "proto": scheme = HTTPSpan.scheme(firstOf: text)
      case "for" where !text.isEmpty && !text.hasPrefix("_") && text.lowercased() != "unknown":
        client = HTTPSpan.address(ofNode: text)
      default: break
      }
    }
  }

  /// The parameters up to the first comma outside of quotes.
  private static func firstElement(of value: String) -> [Substring.UTF8View] {
    var parameters: [Substring.UTF8View] = []
    var isQuoted = false
    var start = value.utf8.startIndex
    for index in value.utf8.indices {
      switch value.utf8[index] {
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: ";") where !isQuoted, UInt8(ascii: ",") where !isQuoted:
        parameters.append(value.utf8[start..<index])
        start = value.utf8.index(after: index)
        if value.utf8[index] == UInt8(ascii: ",") { return parameters }
      default: break
      }
    }
    parameters.append(value.utf8[start...])
    return parameters
  }

  private static func unquoted(_ text: Substring.UTF8View) -> String {
    let quote = UInt8(ascii: "\"")
    guard text.count >= 2, text.first == quote, text.last == quote else { return String(Substring(text)) }
    return String(Substring(text.dropFirst().dropLast())).replacing("\\", with: "")
  }
}
