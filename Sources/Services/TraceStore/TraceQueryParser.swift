import ServiceCore

/// Reads TraceQL as far as one `{…}` with comparisons, `&&`, `||` and parentheses.
struct TraceQueryParser {
  /// What is wrong with a query, or not supported.
  struct Fault: Error, Hashable {
    let message: String
  }

  /// Parentheses within each other; a query comes from the network, and each takes a part of the stack.
  private static let maximumDepth = 32
  private static let maximumLength = 4096

  private var rest: Substring
  private var depth = 0

  /// The query in `text`; an empty one is `{}`.
  static func parse(_ text: String) throws(Fault) -> TraceQuery {
    guard text.utf8.count <= maximumLength else { throw Fault(message: "The query is too long") }
    var parser = TraceQueryParser(rest: Substring(text))
    parser.skipBlanks()
    if parser.rest.isEmpty { return .everything }
    guard parser.take("{") else { throw parser.fault("{") }
    let query: TraceQuery = parser.rest.hasPrefix("}") ? .everything : try parser.disjunction()
    guard parser.take("}") else { throw parser.fault("}") }
    guard parser.rest.isEmpty else { throw Fault(message: "Only one spanset filter is supported") }
    return query
  }

  private mutating func disjunction() throws(Fault) -> TraceQuery {
    var query = try conjunction()
    while take("||") { query = .or(query, try conjunction()) }
    return query
  }

  private mutating func conjunction() throws(Fault) -> TraceQuery {
    var query = try term()
    while take("&&") { query = .and(query, try term()) }
    return query
  }

  private mutating func term() throws(Fault) -> TraceQuery {
    guard take("(") else {
      let word = word()
      if word == "true" { return .everything }
      return .condition(try condition(on: try field(word)))
    }
    depth += 1
    guard depth <= Self.maximumDepth else { throw Fault(message: "Too many parentheses within each other") }
    let query = try disjunction()
    guard take(")") else { throw fault(")") }
    depth -= 1
    return query
  }

  private func field(_ word: String) throws(Fault) -> TraceQuery.Field {
    switch word {
    case "name", "span:name": return .name
    case "status", "span:status": return .status
    case "kind", "span:kind": return .kind
    case "duration", "span:duration": return .duration
    case "rootName", "trace:rootName": return .rootName
    case "rootServiceName", "trace:rootService": return .rootServiceName
    case "traceDuration", "trace:duration": return .traceDuration
    default: break
    }
    if word.hasPrefix("resource.") { return .resource(String(word.dropFirst("resource.".count))) }
    if word.hasPrefix("span.") { return .span(String(word.dropFirst("span.".count))) }
    if word.hasPrefix("."), word.count > 1 { return .anyScope(String(word.dropFirst())) }
    throw fault("a field")
  }

  private mutating func condition(on field: TraceQuery.Field) throws(Fault) -> TraceQuery.Condition {
    let operators = TraceQuery.Comparison.allCases.filter { $0 != .contains }
    guard let comparison = operators.first(where: { rest.hasPrefix($0.rawValue) }) else { throw fault("an operator") }
    _ = take(comparison.rawValue)
    var value = try value()
    if comparison == .matches || comparison == .notMatches {
      guard case .text(let text) = value, let pattern = TextPattern(text) else {
        throw Fault(message: "Of regular expressions only text, '.', '.*', '.+' and '|' are supported")
      }
      value = .pattern(pattern)
    }
    return TraceQuery.Condition(field: field, comparison: comparison, value: value)
  }

  private mutating func value() throws(Fault) -> TraceQuery.Value {
    if let quote = rest.first, quote == "\"" || quote == "`" { return .text(try quoted(quote)) }
    let word = word()
    switch word {
    case "": throw fault("a value")
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "nil": return .nothing
    default: break
    }
    if let number = Double(word) ?? DurationText.nanoseconds(word) { return .number(number) }
    return .text(word)
  }

  private mutating func quoted(_ quote: Character) throws(Fault) -> String {
    var text = ""
    rest.removeFirst()
    while let character = rest.popFirst() {
      if character == quote {
        skipBlanks()
        return text
      }
      guard character == "\\", quote == "\"" else {
        text.append(character)
        continue
      }
      switch rest.popFirst() {
      case "n": text.append("\n")
      case "t": text.append("\t")
      case .some(let escaped): text.append(escaped)
      case nil: break
      }
    }
    throw fault("\(quote)")
  }

  private mutating func word() -> String {
    let word = rest.prefix { $0.isLetter || $0.isNumber || "._-:/".contains($0) }
    rest = rest.dropFirst(word.count)
    skipBlanks()
    return String(word)
  }

  private mutating func take(_ text: String) -> Bool {
    guard rest.hasPrefix(text) else { return false }
    rest = rest.dropFirst(text.count)
    skipBlanks()
    return true
  }

  private mutating func skipBlanks() {
    rest = rest.drop(while: \.isWhitespace)
  }

  private func fault(_ expected: String) -> Fault {
    Fault(message: rest.isEmpty ? "The query ends where \(expected) is expected" : "\(expected) expected in the query")
  }
}
