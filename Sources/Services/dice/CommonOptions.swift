import ArgumentParser
import Logging
import LoopHTTP
import ServiceCore
import Telemetry

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What every service takes, wherever it runs.
struct CommonOptions: ParsableArguments {
  @Option(help: "Address or name to listen on (HOST; default 127.0.0.1).")
  var host: String?
  @Option(help: "Event-loop threads (LOOPS; default: the CPUs that this process may use).")
  var loops: LoopCount?
  @Option(help: "DEBUG, INFO, WARNING or ERROR (LOG_LEVEL; default INFO).")
  var logLevel: LogLevelName?
  @Option(help: "json or text (LOG_FORMAT; default: text on a terminal, else json).")
  var logFormat: LogFormatName?
  @Option(help: "Go on accepting that long after SIGTERM (DRAIN_DELAY_SECONDS; default 0).")
  var drainDelaySeconds: Double?
  @Option(help: "Time for requests in work at the end (DRAIN_TIMEOUT_SECONDS; default 20).")
  var drainTimeoutSeconds: Double?

  func validate() throws {
    for (name, value) in [
      ("--drain-delay-seconds", drainDelaySeconds), ("--drain-timeout-seconds", drainTimeoutSeconds),
    ] {
      if let value, !Self.isTime(value) { throw ValidationError("The value '\(value)' is invalid for '\(name)'.") }
    }
  }

  private static func isTime(_ seconds: Double) -> Bool { (0...86_400).contains(seconds) }

  func loopCount() throws -> Int? { try Setting.value(loops, "LOOPS")?.value }

  func drainDelay() throws -> Duration {
    .seconds(try Setting.value(drainDelaySeconds, "DRAIN_DELAY_SECONDS", isValid: Self.isTime) ?? 0)
  }

  func drainTimeout() throws -> Duration {
    .seconds(try Setting.value(drainTimeoutSeconds, "DRAIN_TIMEOUT_SECONDS", isValid: Self.isTime) ?? 20)
  }

  func leastLogLevel() throws -> Logger.Level {
    try Setting.value(logLevel, "LOG_LEVEL")?.level ?? .info
  }

  func logStyle() throws -> LogStyle {
    let isTerminal = isatty(1) == 1
    switch try Setting.value(logFormat, "LOG_FORMAT") ?? (isTerminal ? .text : .json) {
    case .json: return .json
    case .text: return .text(isColoured: isTerminal)
    }
  }

  /// - Parameter defaults: values of `OTEL_*` variables that are not set.
  func settings(port: UInt16, telemetryDefaults defaults: [String: String] = [:]) throws -> ServiceSettings {
    let environment = Setting.environment.filter { !$0.value.isEmpty }.merging(defaults) { own, _ in own }
    return ServiceSettings(
      host: try Setting.value(host, "HOST") ?? "127.0.0.1",
      port: port,
      logLevel: try leastLogLevel(),
      logStyle: try logStyle(),
      telemetry: TelemetryConfiguration(environment: environment)
    )
  }
}
