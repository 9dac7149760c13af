import ServiceCore

/// The parameters of `/api/search`.
struct TraceSearch: Sendable, Hashable {
  /// Each has to match some span of the trace.
  private(set) var filters: [TraceQuery] = []
  /// What is shown of the spans that match: what the filters ask for, as Tempo does, and what `select(…)` names.
  private(set) var shown: [TraceQuery.Field] = []
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
      case "q":
        let pipeline = try TraceQueryParser.parse(value)
        filters.append(pipeline.filter)
        for field in pipeline.filter.fields + pipeline.selected where !shown.contains(field) { shown.append(field) }
      case "tags": filters += try Self.tags(value)
      case "minDuration": minimumDuration = try Self.read(name, value, Self.duration, DurationText.nanoseconds)
      case "maxDuration": maximumDuration = try Self.read(name, value, Self.duration, DurationText.nanoseconds)
      case "start": start = try Self.read(name, value, Self.moment, Self.seconds)
      case "end": end = try Self.read(name, value, Self.moment, Self.seconds)
      case "limit": limit = try Self.read(name, value, Self.number, Self.count)
      case "spss": spansPerSet = try Self.read(name, value, Self.number, Self.count)
      default: break
      }
    }
    filters.removeAll { $0 == .everything }
  }

  private static let duration = "a duration with its unit, such as 500ms or 1.5s"
  private static let moment = "a number of seconds since 1970"
  private static let number = "a number of at least 1"

  private static func read<Value>(
    _ name: String,
    _ text: String,
    _ form: String,
    _ read: (String) -> Value?
  ) throws(TraceQueryParser.Fault) -> Value {
    guard let value = read(text) else {
      throw TraceQueryParser.Fault(message: "\(name) must be \(form), and is '\(text.prefix(64))'")
    }
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
      guard !key.isEmpty, rest.popFirst() == "=" else {
        let message = "tags must be key=value key=\"value with blanks\", and has no value for '\(key.prefix(64))'"
        throw TraceQueryParser.Fault(message: message)
      }
      let value: String
      if rest.first == "\"" {
        rest.removeFirst()
        let quoted = rest.prefix { $0 != "\"" }
        rest = rest.dropFirst(quoted.count)
        guard rest.popFirst() == "\"" else {
          throw TraceQueryParser.Fault(message: "tags lacks the second quotation mark of '\(key.prefix(64))'")
        }
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
