public import ArgumentParser
import Logging
import LoopHTTP
public import ServiceCore

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
struct LogLevelName: ExpressibleByArgument, LosslessStringConvertible {
  let level: Logger.Level
  var description: String { "\(level)" }

  init?(_ text: String) {
    switch text.uppercased() {
    case "DEBUG": level = .debug
    case "INFO": level = .info
    case "WARNING": level = .warning
    case "ERROR": level = .error
    default: return nil
    }
  }

  init?(argument: String) { self.init(argument) }
}

/// How the log is written.
enum LogFormatName: String, ExpressibleByArgument, LosslessStringConvertible {
  case json
  case text

  var description: String { rawValue }
  init?(_ text: String) { self.init(rawValue: text) }
}

extension ServiceURL: ExpressibleByArgument {
  /// See `ExpressibleByArgument`.
  public init?(argument: String) { self.init(argument) }
}
