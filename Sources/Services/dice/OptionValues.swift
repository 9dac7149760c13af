import ArgumentParser
import DiceRoller
import Logging
import LoopHTTP
import ServiceCore

/// A value that is written in a form of its own, which a complaint about it names.
protocol FormedValue: LosslessStringConvertible {
  /// Completes "it must be".
  static var form: String { get }
}

extension FormedValue {
  /// For a flag, which the complaint names before this reason.
  static func read(_ text: String) throws -> Self {
    guard let value = Self(text) else { throw ValidationError("it must be \(form)") }
    return value
  }
}

/// A number whose type has bounds of its own.
protocol BoundedNumber: ExpressibleByArgument, LosslessStringConvertible {
  static var range: ClosedRange<Int> { get }
  var value: Int { get }
  init(value: Int)
}

extension BoundedNumber {
  /// For people: `1 to 1024`.
  static var bounds: String { "\(range.lowerBound) to \(range.upperBound)" }

  var description: String { String(value) }

  init?(_ text: String) {
    guard let value = Int(text), Self.range.contains(value) else { return nil }
    self.init(value: value)
  }

  init?(argument: String) { self.init(argument) }
}

/// How many event loops: at least one, and no more than any machine has CPUs.
struct LoopCount: BoundedNumber {
  static let range = 1...1024
  let value: Int
}

/// How many requests may be in work: at least one, and no more than a process has connections.
struct RequestCount: BoundedNumber {
  static let range = 1...ServerConfiguration().maximumConnections
  let value: Int
}

/// How many MiB the traces of a store may take: at least one, and no more than any machine has.
struct TraceMemory: BoundedNumber {
  static let range = 1...(1 << 20)
  let value: Int
  var bytes: Int { value << 20 }
}

/// The least severe level that is logged.
struct LogLevelName: FormedValue {
  static let form = "DEBUG, INFO, WARNING or WARN, or ERROR"
  let level: Logger.Level
  var description: String { "\(level)" }

  init?(_ text: String) {
    switch text.uppercased() {
    case "DEBUG": level = .debug
    case "INFO": level = .info
    case "WARNING", "WARN": level = .warning
    case "ERROR": level = .error
    default: return nil
    }
  }
}

/// How the log is written.
enum LogFormatName: String, FormedValue {
  static let form = "json or text"
  case json
  case text

  var description: String { rawValue }
  init?(_ text: String) { self.init(rawValue: text) }
}

/// The address of a trace elsewhere, a link of the page: so it must not be a script.
struct TraceLinkTemplate: FormedValue {
  static let form = "an http or https URL with {trace_id} in it, such as https://tempo.example/trace/{trace_id}"
  let description: String

  init?(_ text: String) {
    let scheme = ["http://", "https://"].first { text.lowercased().hasPrefix($0) }
    guard let scheme, text.contains("{trace_id}") else { return nil }
    let authority = text.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
    guard !authority.isEmpty, !text.contains(where: \.isWhitespace) else { return nil }
    description = text
  }
}

extension ServiceURL: FormedValue {
  static var form: String { "an http URL without a query, such as http://localhost:8107 (https is not spoken here)" }
}

extension IncidentSettings {
  /// For a flag; unlike other forms this one has parts, of which the complaint names the one that is wrong.
  static func read(_ text: String) throws -> Self {
    do throws(IncidentSettingsFault) {
      return try Self(text)
    } catch {
      throw ValidationError(error.reason)
    }
  }

  /// What the variable says; nil where it is not set.
  static func variable() throws -> Self? {
    guard let text = try Setting.value(String?.none, "INCIDENTS") else { return nil }
    do throws(IncidentSettingsFault) {
      return try Self(text)
    } catch {
      throw ValidationError("The value '\(text)' of the variable INCIDENTS is invalid: \(error.reason).")
    }
  }
}
