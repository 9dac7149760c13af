import Telemetry

extension Resource {
  /// The dice-roller's, as nothing in the environment has changed it.
  static let example = Resource(
    configuration: TelemetryConfiguration(),
    defaultServiceName: "dice-roller",
    serviceVersion: "3.0.0",
    process: ProcessDescription(executableName: "dice", processID: 1)
  )
}
