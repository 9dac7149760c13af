extension String {
  /// The text with `***` in place of a URL's user information (RFC 3986 §3.2.1), which is as a rule a secret; as it is
  /// without any.
  public var withoutUserinfo: String {
    let authority = firstRange(of: "://")?.upperBound ?? startIndex
    let end = self[authority...].firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? endIndex
    guard let mark = self[authority..<end].lastIndex(of: "@") else { return self }
    return "\(self[..<authority])***\(self[mark...])"
  }
}
