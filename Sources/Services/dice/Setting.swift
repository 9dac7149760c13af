import ArgumentParser
import FoundationEssentials
import Telemetry

/// A value from a flag, else from its environment variable, else its default.
enum Setting {
  static let environment = ProcessInfo.processInfo.environment

  /// Empty variables count as unset; a variable that makes no sense is a usage error that names it, and what it must be
  /// where `bounds` says so.
  static func value<Value: LosslessStringConvertible>(
    _ flag: Value?,
    _ variable: String,
    bounds: String? = nil,
    isValid: (Value) -> Bool = { _ in true }
  ) throws -> Value? {
    if let flag { return flag }
    guard let text = environment[variable], !text.isEmpty else { return nil }
    guard let value = Value(text), isValid(value) else {
      let rule = bounds.map { ": it must be \($0)" } ?? ""
      throw ValidationError("The value '\(text.withoutUserinfo)' of the variable \(variable) is invalid\(rule).")
    }
    return value
  }

  /// The same for a number of which any that its type holds will do.
  static func value<Value: FixedWidthInteger & LosslessStringConvertible>(
    _ flag: Value?,
    _ variable: String
  ) throws -> Value? {
    try value(flag, variable, bounds: Value.bounds)
  }

  /// The same for a value whose type names its form.
  static func value<Value: FormedValue>(_ flag: Value?, _ variable: String) throws -> Value? {
    try value(flag, variable, bounds: Value.form)
  }

  /// The same for a number of bounds that its type knows.
  static func value<Value: BoundedNumber>(_ flag: Value?, _ variable: String) throws -> Value? {
    try value(flag, variable, bounds: Value.bounds)
  }

  /// The same for numbers that must lie within a range; `name` is the flag's.
  static func value<Value: LosslessStringConvertible & Comparable>(
    _ flag: Value?,
    _ name: String,
    _ variable: String,
    in range: ClosedRange<Value>
  ) throws -> Value? {
    let bounds = range.bounds
    if let flag, !range.contains(flag) {
      throw ValidationError("The value '\(flag)' is invalid for '\(name)': it must be \(bounds).")
    }
    return try value(flag, variable, bounds: bounds) { range.contains($0) }
  }
}

extension ClosedRange where Bound: LosslessStringConvertible {
  /// For people: `0 to 86400`, whatever kind of number that is.
  var bounds: String { "\(Self.plain(lowerBound)) to \(Self.plain(upperBound))" }

  private static func plain(_ bound: Bound) -> String {
    let text = "\(bound)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension FixedWidthInteger {
  /// What the type holds, for people: `0 to 65535`.
  static var bounds: String { "\(min) to \(max)" }
}
