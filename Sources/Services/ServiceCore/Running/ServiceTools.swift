public import LoopHTTP
public import Telemetry

/// What the handlers of one service work with; each service has its own, also within one process.
public struct ServiceTools: Sendable {
  /// `service.name`.
  public let name: String
  /// The loops.
  public let group: EventLoopGroup
  /// The service's log.
  public let logger: OTelLogger
  /// Makes the service's own spans.
  public let tracer: OTelTracer
  /// The service's metric families.
  public let registry: MetricsRegistry
  /// Calls other services.
  public let client: TracedClient
}
