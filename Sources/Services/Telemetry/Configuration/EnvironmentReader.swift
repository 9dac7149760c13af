import LoopHTTP

/// Reads settings from environment variables as OpenTelemetry's specification says ("Environment Variable Specification"):
/// empty is unset, a value that makes no sense is reported and replaced by the default, and nothing ever fails.
struct EnvironmentReader {
  /// What was wrong, one sentence per variable, in the order of reading.
  private(set) var warnings: [String] = []
  private let variables: [String: String]

  init(_ variables: [String: String]) {
    self.variables = variables
  }

  /// The first of these variables that is set, and its value without the blanks around it.
  func text(_ names: String...) -> (name: String, value: String)? {
    first(of: names)
  }

  /// True only for "true" in any case; anything but "true" and "false" is reported.
  mutating func boolean(_ name: String) -> Bool {
    guard let (_, value) = text(name) else { return false }
    switch value.lowercased() {
    case "true": return true
    case "false": return false
    default:
      warn(name, value, "is neither true nor false; false is used")
      return false
    }
  }

  /// A whole number of at least `minimum`.
  mutating func integer(_ name: String, minimum: Int, default fallback: Int) -> Int {
    guard let (_, value) = text(name) else { return fallback }
    if let number = Int(value), number >= minimum { return number }
    warn(name, value, "is not a whole number of at least \(minimum); \(fallback) is used")
    return fallback
  }

  /// As `integer`, with nothing in place of a default.
  mutating func optionalInteger(_ name: String, minimum: Int) -> Int? {
    guard let (_, value) = text(name) else { return nil }
    if let number = Int(value), number >= minimum { return number }
    warn(name, value, "is not a whole number of at least \(minimum); it is ignored")
    return nil
  }

  /// A time in whole milliseconds, from the first of these variables that is set.
  mutating func milliseconds(_ names: String..., default fallback: Int) -> Duration {
    milliseconds(firstOf: names, default: fallback)
  }

  /// The same for a limit, of which 0 means that there is none: a day, then, which is as good as none.
  mutating func timeLimit(_ names: String..., default fallback: Int) -> Duration {
    let limit = milliseconds(firstOf: names, default: fallback)
    return limit == .zero ? .seconds(86_400) : limit
  }

  private mutating func milliseconds(firstOf names: [String], default fallback: Int) -> Duration {
    guard let (name, _) = first(of: names) else { return .milliseconds(fallback) }
    return .milliseconds(integer(name, minimum: 0, default: fallback))
  }

  /// One of the given words in any case, from the first of these variables that is set.
  mutating func choice<Value>(_ names: String..., of choices: [String: Value], default fallback: Value) -> Value {
    guard let (name, value) = first(of: names) else { return fallback }
    if let chosen = choices[value.lowercased()] { return chosen }
    warn(name, value, "is not one of \(choices.keys.sorted().joined(separator: ", ")); it is ignored")
    return fallback
  }

  /// Reports a value that cannot be used.
  mutating func warn(_ name: String, _ value: String, _ reason: String) {
    warnings.append("\(name)=\(value.debugDescription) \(reason)")
  }

  /// Reports a variable without its value, which may be a secret.
  mutating func warn(_ name: String, _ reason: String) {
    warnings.append("\(name) \(reason)")
  }

  /// The items of a comma-separated list, without the blanks around them and without empty ones.
  static func items(of list: String) -> [String] {
    list[...].utf8.split(separator: UInt8(ascii: ","))
      .map { String(Substring(ByteClass.trimming($0))) }
      .filter { !$0.isEmpty }
  }

  /// The `key=value` pairs of a comma-separated list with percent-encoded values; nil when one of them is none.
  static func pairs(of list: String) -> [(key: String, value: String)]? {
    var pairs: [(key: String, value: String)] = []
    for item in items(of: list) {
      guard let equals = item.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
      let key = String(Substring(ByteClass.trimming(item[..<equals].utf8)))
      let encoded = ByteClass.trimming(item[item.index(after: equals)...].utf8)
      guard
        !key.isEmpty,
        let decoded = PercentEncoding.decode(encoded),
        let value = String(validating: decoded, as: UTF8.self)
      else { return nil }
      pairs.append((key, value))
    }
    return pairs
  }

  private func first(of names: [String]) -> (name: String, value: String)? {
    for name in names {
      guard let raw = variables[name] else { continue }
      let value = String(Substring(ByteClass.trimming(raw[...].utf8)))
      if !value.isEmpty { return (name, value) }
    }
    return nil
  }
}
