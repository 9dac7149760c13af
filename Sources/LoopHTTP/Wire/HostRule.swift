/// RFC 9112 §3.2: an HTTP/1.1 request carries exactly one valid `Host`.
enum HostRule {
  /// Throws unless `head`, a request's, obeys. An empty value is valid only where the target has no authority of its
  /// own scheme (RFC 9110 §4.2.1 forbids an empty host).
  static func check(_ head: borrowing MessageHead) throws(WireError) {
    var count = 0
    for field in head.fields where field.known == .host {
      count += 1
      guard count == 1 else { throw .repeatedHost }
      let mayBeEmpty = head.targetForm == .asterisk || head.targetForm == .authority
      if field.value.isEmpty, mayBeEmpty { continue }
      guard Authority(head.bytes.span.extracting(field.value.bounds)) != nil else { throw .badHost }
    }
    if count == 0, head.minorVersion >= 1 { throw .missingHost }
  }
}
