public import FoundationEssentials

/// The entity that telemetry is about (OpenTelemetry Resource SDK). The same in spans, in `target_info` and in logs.
public struct Resource: Sendable, Hashable {
  /// What is known of it; names are unique.
  public let attributes: [Attribute]
  /// Its `service.name`.
  public let serviceName: String

  /// This library's version, as `telemetry.sdk.version` and in the exporter's User-Agent.
  public static let libraryVersion = "1.0.0"

  /// A resource of the given parts. What the environment says wins over what was detected, but not over the name of the
  /// library that makes the telemetry.
  ///
  /// - Parameters:
  ///   - defaultServiceName: The name where the environment has none; nil gives `unknown_service:<process>`.
  ///   - instanceID: Names this run of the service.
  public init(
    configuration: TelemetryConfiguration,
    defaultServiceName: String?,
    serviceVersion: String,
    process: ProcessDescription,
    instanceID: UUID = UUID()
  ) {
    serviceName = configuration.serviceName ?? defaultServiceName ?? "unknown_service:\(process.executableName)"
    let fixed = [
      Attribute(.serviceName, serviceName),
      Attribute(.telemetrySDKLanguage, "swift"),
      Attribute(.telemetrySDKName, "loophttp"),
      Attribute(.telemetrySDKVersion, Self.libraryVersion),
    ]
    let service = [
      Attribute(.serviceInstanceID, instanceID.uuidString.lowercased()),
      Attribute(.serviceVersion, serviceVersion),
    ]
    var attributes = fixed
    for attribute in configuration.resourceAttributes + service + process.attributes
    where !attributes.contains(where: { $0.key == attribute.key }) {
      attributes.append(attribute)
    }
    self.attributes = attributes
  }
}
