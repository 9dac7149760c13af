/// The two text formats in which Prometheus reads metrics.
public enum ExpositionFormat: Sendable, Equatable, CaseIterable {
  /// Prometheus text format 0.0.4.
  case prometheusText
  /// OpenMetrics 1.0.0.
  case openMetrics

  /// What the answer's Content-Type says.
  public var contentType: String {
    switch self {
    case .prometheusText: "text/plain; version=0.0.4; charset=utf-8"
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    }
  }

  /// The format that a client prefers (RFC 9110 section 12.5.1).
  ///
  /// OpenMetrics only for those that name it: it is newer, and a wildcard comes from a browser or curl. Who accepts
  /// neither gets the text format all the same, which is more use than a 406.
  ///
  /// - Parameter accept: the values of all Accept fields.
  public static func preferred(accept: [String]) -> ExpositionFormat {
    let ranges = AcceptElement.elements(of: accept).compactMap(MediaRange.init)
    let openMetrics = quality(of: .openMetrics, in: ranges)
    let text = quality(of: .prometheusText, in: ranges)
    if openMetrics.isNamed, openMetrics.quality > 0, openMetrics.quality >= text.quality { return .openMetrics }
    return .prometheusText
  }

  private var mediaType: (type: String, subtype: String, version: String) {
    switch self {
    case .prometheusText: ("text", "plain", "0.0.4")
    case .openMetrics: ("application", "openmetrics-text", "1.0.0")
    }
  }

  /// The most specific range that matches decides; of equals the best.
  private static func quality(of format: Self, in ranges: [MediaRange]) -> (quality: Double, isNamed: Bool) {
    let (type, subtype, version) = format.mediaType
    let best =
      ranges
      .map { ($0.specificity(type: type, subtype: subtype, version: version), $0.quality) }
      .max { $0 < $1 }
    guard let (specificity, quality) = best, specificity > 0 else { return (0, false) }
    return (quality, specificity > 2)
  }
}

/// A media range and its weight (RFC 9110 section 12.5.1).
private struct MediaRange {
  let type: String
  let subtype: String
  let version: String?
  let quality: Double

  /// nil for what is no media range; such an element is ignored.
  init?(_ element: AcceptElement) {
    let names = element.value.split(separator: "/", omittingEmptySubsequences: false)
    guard names.count == 2, !names[0].isEmpty, !names[1].isEmpty else { return nil }
    type = String(names[0])
    subtype = String(names[1])
    version = element.parameters["version"]
    quality = element.quality
  }

  /// 0 when the range does not match, 1 for `*/*`, 2 for `type/*`, 3 for the type itself, 4 with the version.
  func specificity(type: String, subtype: String, version: String) -> Int {
    if self.type == "*", self.subtype == "*" { return 1 }
    guard self.type == type else { return 0 }
    if self.subtype == "*" { return 2 }
    guard self.subtype == subtype else { return 0 }
    guard let own = self.version else { return 3 }
    return own == version ? 4 : 0
  }
}
