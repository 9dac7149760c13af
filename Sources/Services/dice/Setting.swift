import ArgumentParser
import FoundationEssentials

/// A value from a flag, else from its environment variable, else its default.
enum Setting {
  static let environment = ProcessInfo.processInfo.environment

  /// Empty variables count as unset; a variable that makes no sense is a usage error that names it.
  static func value<Value: LosslessStringConvertible>(
    _ flag: Value?,
    _ variable: String,
    isValid: (Value) -> Bool = { _ in true }
  ) throws -> Value? {
    if let flag { return flag }
    guard let text = environment[variable], !text.isEmpty else { return nil }
    guard let value = Value(text), isValid(value) else {
      throw ValidationError("The value '\(text)' of the variable \(variable) is invalid.")
    }
    return value
  }

  /// The same for numbers that must lie within a range; `name` is the flag's.
  static func value<Value: LosslessStringConvertible & Comparable>(
    _ flag: Value?,
    _ name: String,
    _ variable: String,
    in range: ClosedRange<Value>
  ) throws -> Value? {
    if let flag, !range.contains(flag) {
      let bounds = "\(range.lowerBound) to \(range.upperBound)"
      throw ValidationError("The value '\(flag)' is invalid for '\(name)': it must be \(bounds).")
    }
    return try value(flag, variable) { range.contains($0) }
  }
}
