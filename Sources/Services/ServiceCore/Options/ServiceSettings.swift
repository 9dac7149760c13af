public import Logging
public import Telemetry

/// What a service needs to know to run, from flags, environment and defaults.
public struct ServiceSettings: Sendable {
  /// Address or name to listen on.
  public var host: String
  /// Port to listen on; 0 lets the system choose.
  public var port: UInt16
  /// Requests in work at which more are answered 503; probes and metrics always get their answer.
  public var maximumRequests: Int
  /// The least severe events that are logged.
  public var logLevel: Logger.Level
  /// How they are written.
  public var logStyle: LogStyle
  /// Everything the `OTEL_*` variables say.
  public var telemetry: TelemetryConfiguration

  /// The given parts.
  public init(
    host: String,
    port: UInt16,
    maximumRequests: Int = ServiceSettings.defaultMaximumRequests,
    logLevel: Logger.Level,
    logStyle: LogStyle,
    telemetry: TelemetryConfiguration
  ) {
    self.host = host
    self.port = port
    self.maximumRequests = maximumRequests
    self.logLevel = logLevel
    self.logStyle = logStyle
    self.telemetry = telemetry
  }

  /// Twice what the benchmark of batches in flight needs; of single rolls it is 94 MB, which a container of 128 MB bears.
  public static let defaultMaximumRequests = 20_000
}
