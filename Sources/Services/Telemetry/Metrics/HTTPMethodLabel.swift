/// The method as a label value: methods are whatever a client sends, labels must be few.
enum HTTPMethodLabel {
  /// The method itself when it is one of RFC 9110's, PATCH (RFC 5789) or QUERY, else `_OTHER` (OpenTelemetry semantic
  /// conventions, `http.request.method`). Methods are case-sensitive.
  static func value(of method: String) -> String {
    switch method {
    case "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY": method
    default: "_OTHER"
    }
  }
}
