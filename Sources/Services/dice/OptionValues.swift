public import ArgumentParser
import Logging
public import ServiceCore

/// How many event loops: at least one, and no more than any machine has CPUs.
struct LoopCount: ExpressibleByArgument, LosslessStringConvertible {
  let value: Int
  var description: String { String(value) }

  init?(_ text: String) {
    guard let value = Int(text), (1...1024).contains(value) else { return nil }
    self.value = value
  }

  init?(argument: String) { self.init(argument) }
}

/// How much memory the traces of a store may take: at least a MiB, and no more than any machine has.
struct TraceMemory: ExpressibleByArgument, LosslessStringConvertible {
  let mebibytes: Int
  var bytes: Int { mebibytes << 20 }
  var description: String { String(mebibytes) }

  init?(_ text: String) {
    guard let mebibytes = Int(text), (1...(1 << 20)).contains(mebibytes) else { return nil }
    self.mebibytes = mebibytes
  }

  init?(argument: String) { self.init(argument) }
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
