internal import HTTPTypes

/// Status codes and standard phrases, RFC 9110 §15 and the IANA registry.
enum StatusLine {
  /// Appends the whole line: with `phrase`, or where that is empty with the standard one, which codes that are not registered
  /// lack.
  static func append(_ status: Int, phrase: String, to output: inout OutputSpan<UInt8>) {
    output.append("HTTP/1.1 ")
    output.append(digit: status / 100)
    output.append(digit: status / 10)
    output.append(digit: status)
    output.append(ByteClass.space)
    if phrase.isEmpty {
      output.append(self.phrase(status) ?? "")
    } else {
      output.append(copying: phrase)
    }
    output.append("\r\n")
  }

  /// Whether it is the one that nearly all responses have, and needs no look at its phrase.
  @inline(__always)
  static func isUsual(_ status: HTTPResponse.Status) -> Bool {
    status.code == 200 && status.reasonPhrase == "OK"
  }

  /// The standard reason phrase; nil for codes without one.
  static func phrase(_ status: Int) -> StaticString? {
    switch status {
    case 100..<300: successPhrase(status)
    case 300..<400: redirectionPhrase(status)
    case 400..<500: clientErrorPhrase(status)
    default: serverErrorPhrase(status)
    }
  }

  private static func successPhrase(_ status: Int) -> StaticString? {
    switch status {
    case 100: "Continue"
    case 101: "Switching Protocols"
    case 102: "Processing"
    case 103: "Early Hints"
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 203: "Non-Authoritative Information"
    case 204: "No Content"
    case 205: "Reset Content"
    case 206: "Partial Content"
    case 207: "Multi-Status"
    case 208: "Already Reported"
    case 226: "IM Used"
    default: nil
    }
  }

  private static func redirectionPhrase(_ status: Int) -> StaticString? {
    switch status {
    case 300: "Multiple Choices"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 303: "See Other"
    case 304: "Not Modified"
    case 305: "Use Proxy"
    case 307: "Temporary Redirect"
    case 308: "Permanent Redirect"
    default: nil
    }
  }

  private static func clientErrorPhrase(_ status: Int) -> StaticString? {
    switch status {
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 402: "Payment Required"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 407: "Proxy Authentication Required"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 410: "Gone"
    case 411: "Length Required"
    case 412: "Precondition Failed"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 416: "Range Not Satisfiable"
    case 417: "Expectation Failed"
    case 421: "Misdirected Request"
    case 422: "Unprocessable Content"
    case 423: "Locked"
    case 424: "Failed Dependency"
    case 425: "Too Early"
    case 426: "Upgrade Required"
    case 428: "Precondition Required"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 451: "Unavailable For Legal Reasons"
    default: nil
    }
  }

  private static func serverErrorPhrase(_ status: Int) -> StaticString? {
    switch status {
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    case 506: "Variant Also Negotiates"
    case 507: "Insufficient Storage"
    case 508: "Loop Detected"
    case 510: "Not Extended"
    case 511: "Network Authentication Required"
    default: nil
    }
  }
}

extension OutputSpan<UInt8> {
  /// The last decimal digit of `number`.
  mutating func append(digit number: Int) {
    append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
  }
}
