import ServiceCore

/// Reads TraceQL as far as one `{…}` with comparisons, `&&`, `||` and parentheses, and `| select(…)` after it.
struct TraceQueryParser {
  /// What is wrong with a query, or not supported.
  struct Fault: Error, Hashable {
    let message: String
  }

  /// Parentheses within each other; a query comes from the network, and each takes a part of the stack.
  private static let maximumDepth = 32
  private static let maximumLength = 4096

  private let text: String
  private var rest: Substring
  private var depth = 0

  private init(_ text: String) {
    self.text = text
    rest = Substring(text)
  }

  /// The query in `text`; an empty one is `{}`.
  static func parse(_ text: String) throws(Fault) -> TracePipeline {
    guard text.utf8.count <= maximumLength else { throw Fault(message: "The query is too long") }
    var parser = TraceQueryParser(text)
    parser.skipBlanks()
    var pipeline = TracePipeline()
    if parser.rest.isEmpty { return pipeline }
    guard parser.take("{") else { throw parser.fault("{") }
    if !parser.rest.hasPrefix("}") { pipeline.filter = try parser.disjunction() }
    guard parser.take("}") else { throw parser.fault("an operator, && or || or }") }
    while !parser.rest.isEmpty { pipeline.selected += try parser.selection() }
    return pipeline
  }

  /// `| select(field, …)`
  private mutating func selection() throws(Fault) -> [TraceQuery.Field] {
    let stage = self
    guard take("|"), word() == "select" else {
      throw stage.fault("nothing but | select(…) after the one spanset filter")
    }
    guard take("(") else { throw fault("(") }
    var fields: [TraceQuery.Field] = []
    repeat { fields.append(try field()) } while take(",")
    guard take(")") else { throw fault(", or )") }
    return fields
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
      let term = self
      if word() == "true" { return .everything }
      self = term
      return .condition(try condition(on: try field()))
    }
    depth += 1
    guard depth <= Self.maximumDepth else { throw Fault(message: "Too many parentheses within each other") }
    let query = try disjunction()
    guard take(")") else { throw fault(")") }
    depth -= 1
    return query
  }

  private mutating func field() throws(Fault) -> TraceQuery.Field {
    let start = self
    guard let field = TraceQuery.Field(word()) else {
      throw start.fault("a field (\(TraceQuery.Field.form))")
    }
    return field
  }

  private mutating func condition(on field: TraceQuery.Field) throws(Fault) -> TraceQuery.Condition {
    let operators = TraceQuery.Comparison.allCases.filter { $0 != .contains }
    guard let comparison = operators.first(where: { rest.hasPrefix($0.rawValue) }) else { throw fault("an operator") }
    _ = take(comparison.rawValue)
    let start = self
    var value = try value()
    if comparison == .matches || comparison == .notMatches {
      guard case .text(let text) = value, let pattern = TextPattern(text) else {
        throw start.fault("a regular expression of text, '.', '.*', '.+' and '|'")
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

  /// What is there instead, and where, counted from 1.
  private func fault(_ expected: String) -> Fault {
    guard !rest.isEmpty else { return Fault(message: "The query ends where \(expected) is expected") }
    // The word, or more where that says little: a text with blanks in it, a single sign.
    var found = rest.prefix { !$0.isWhitespace }
    if found.count == 1 || found.first == "\"" || found.first == "`" { found = rest.prefix { !$0.isNewline } }
    found = found.prefix(Self.longestQuotation)
    let place = text.distance(from: text.startIndex, to: rest.startIndex) + 1
    return Fault(message: "At character \(place) of the query is '\(found)', expected is \(expected)")
  }

  private static let longestQuotation = 64
}
