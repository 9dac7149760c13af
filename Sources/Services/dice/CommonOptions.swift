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
  @Option(
    help: ArgumentHelp(
      "Event-loop threads (LOOPS; default: the CPUs that this process may use).",
      valueName: LoopCount.bounds
    )
  )
  var loops: LoopCount?
  @Option(
    help: ArgumentHelp(
      "Requests in work, in equal shares for the loops; more get 503 (MAX_REQUESTS; default "
        + "\(ServiceSettings.defaultMaximumRequests)).",
      valueName: RequestCount.bounds
    )
  )
  var maxRequests: RequestCount?
  @Option(
    help: "DEBUG, INFO, WARNING or ERROR, in either case (LOG_LEVEL; default INFO).",
    transform: LogLevelName.read
  )
  var logLevel: LogLevelName?
  @Option(help: "json or text (LOG_FORMAT; default: text on a terminal, else json).", transform: LogFormatName.read)
  var logFormat: LogFormatName?
  @Option(
    help: ArgumentHelp(
      "Go on accepting that long after SIGTERM (DRAIN_DELAY_SECONDS; default 0).",
      valueName: Self.drainSeconds.bounds
    )
  )
  var drainDelaySeconds: Double?
  @Option(
    help: ArgumentHelp(
      "Time for requests in work at the end (DRAIN_TIMEOUT_SECONDS; default 20).",
      valueName: Self.drainSeconds.bounds
    )
  )
  var drainTimeoutSeconds: Double?

  private static let drainSeconds = 0.0...86_400

  private func time(_ flag: Double?, _ name: String, _ variable: String) throws -> Double? {
    try Setting.value(flag, name, variable, in: Self.drainSeconds)
  }

  func loopCount() throws -> Int? { try Setting.value(loops, "LOOPS")?.value }

  func drainDelay() throws -> Duration {
    .seconds(try time(drainDelaySeconds, "--drain-delay-seconds", "DRAIN_DELAY_SECONDS") ?? 0)
  }

  func drainTimeout() throws -> Duration {
    .seconds(try time(drainTimeoutSeconds, "--drain-timeout-seconds", "DRAIN_TIMEOUT_SECONDS") ?? 20)
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
      maximumRequests: try Setting.value(maxRequests, "MAX_REQUESTS")?.value ?? ServiceSettings.defaultMaximumRequests,
      logLevel: try leastLogLevel(),
      logStyle: try logStyle(),
      telemetry: TelemetryConfiguration(environment: environment)
    )
  }
}
