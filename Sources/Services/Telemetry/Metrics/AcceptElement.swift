import LoopHTTP

/// One element of an `Accept` or `Accept-Encoding` field: `gzip;q=0.5` (RFC 9110 section 12.4.2).
struct AcceptElement: Sendable, Hashable {
  /// What is accepted, in lower case.
  let value: String
  /// Parameters other than the weight; names and values in lower case and without quotes.
  let parameters: [String: String]
  /// The weight from 0 to 1; 0 for one that is no number, so that nothing is sent that may not be wanted.
  let quality: Double

  private init?(_ element: Substring) {
    let parts = element.split(separator: ";", omittingEmptySubsequences: false).map { $0.trimmed.lowercased() }
    guard !parts[0].isEmpty else { return nil }
    var parameters: [String: String] = [:]
    for parameter in parts.dropFirst() {
      let pair = parameter.split(separator: "=", maxSplits: 1).map(\.trimmed)
      if pair.count == 2 { parameters[pair[0]] = pair[1].filter { $0 != "\"" } }
    }
    value = parts[0]
    quality = parameters.removeValue(forKey: "q").map { Double($0).map { min(max($0, 0), 1) } ?? 0 } ?? 1
    self.parameters = parameters
  }

  /// The elements of all fields of one name, in their order; what is no element is left out.
  static func elements(of fieldValues: [String]) -> [AcceptElement] {
    fieldValues.flatMap { $0.split(separator: ",") }.compactMap(AcceptElement.init)
  }
}

extension StringProtocol {
  /// Without the blanks and tabs around it (RFC 9110's OWS).
  fileprivate var trimmed: String {
    String(Substring(ByteClass.trimming(Substring(self).utf8)))
  }
}
