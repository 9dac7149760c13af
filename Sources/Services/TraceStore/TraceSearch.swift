import ServiceCore

/// The parameters of `/api/search`.
struct TraceSearch: Sendable, Hashable {
  /// Each has to match some span of the trace.
  private(set) var filters: [TraceQuery] = []
  private(set) var minimumDuration = 0.0
  private(set) var maximumDuration = Double.infinity
  /// Seconds since 1970.
  private(set) var start = 0.0
  private(set) var end = Double.infinity
  private(set) var limit = 20
  private(set) var spansPerSet = 3

  /// More than a page or Grafana shows.
  static let maximumLimit = 1000

  init(_ parameters: [(name: String, value: String)] = []) throws(TraceQueryParser.Fault) {
    for (name, value) in parameters where !value.isEmpty {
      switch name {
      case "q": filters.append(try TraceQueryParser.parse(value))
      case "tags": filters += try Self.tags(value)
      case "minDuration": minimumDuration = try Self.read(name, DurationText.nanoseconds(value))
      case "maxDuration": maximumDuration = try Self.read(name, DurationText.nanoseconds(value))
      case "start": start = try Self.read(name, Self.seconds(value))
      case "end": end = try Self.read(name, Self.seconds(value))
      case "limit": limit = try Self.read(name, Self.count(value))
      case "spss": spansPerSet = try Self.read(name, Self.count(value))
      default: break
      }
    }
    filters.removeAll { $0 == .everything }
  }

  private static func read<Value>(_ name: String, _ value: Value?) throws(TraceQueryParser.Fault) -> Value {
    guard let value else { throw TraceQueryParser.Fault(message: "\(name) is not valid") }
    return value
  }

  private static func seconds(_ text: String) -> Double? {
    Double(text).flatMap { $0.isFinite ? $0 : nil }
  }

  private static func count(_ text: String) -> Int? {
    Int(text).flatMap { $0 > 0 ? min($0, maximumLimit) : nil }
  }

  /// Whether the trace lies in the asked times and may have what is asked for; its spans are not looked at.
  func admits(_ trace: TraceSummary) -> Bool {
    let duration = Double(trace.nanoseconds)
    return filters.allSatisfy { $0.mayMatch(trace) } && duration >= minimumDuration && duration <= maximumDuration
      && Double(trace.endTime) / 1e9 >= start && Double(trace.startTime) / 1e9 <= end
  }

  // MARK: logfmt

  /// `key=value key="value with blanks"`, each value a part of the attribute's, case aside.
  private static func tags(_ text: String) throws(TraceQueryParser.Fault) -> [TraceQuery] {
    var filters: [TraceQuery] = []
    var rest = Substring(text).drop(while: \.isWhitespace)
    while !rest.isEmpty {
      let key = rest.prefix { $0 != "=" && !$0.isWhitespace }
      rest = rest.dropFirst(key.count)
      guard !key.isEmpty, rest.popFirst() == "=" else { throw TraceQueryParser.Fault(message: "tags is not valid") }
      let value: String
      if rest.first == "\"" {
        rest.removeFirst()
        let quoted = rest.prefix { $0 != "\"" }
        rest = rest.dropFirst(quoted.count)
        guard rest.popFirst() == "\"" else { throw TraceQueryParser.Fault(message: "tags lacks a quotation mark") }
        value = String(quoted)
      } else {
        let bare = rest.prefix { !$0.isWhitespace }
        rest = rest.dropFirst(bare.count)
        value = String(bare)
      }
      filters.append(filter(String(key), value))
      rest = rest.drop(while: \.isWhitespace)
    }
    return filters
  }

  private static func filter(_ key: String, _ value: String) -> TraceQuery {
    let field: TraceQuery.Field
    switch key {
    case "name": field = .name
    case "root.name": field = .rootName
    case "root.service.name": field = .rootServiceName
    case "status.code": field = .status
    case "error" where value == "true":
      return .condition(TraceQuery.Condition(field: .status, comparison: .equal, value: .text("error")))
    default: field = .anyScope(key)
    }
    return .condition(TraceQuery.Condition(field: field, comparison: .contains, value: .text(value)))
  }
}
