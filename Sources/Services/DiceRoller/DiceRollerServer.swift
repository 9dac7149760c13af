import DieService
import HTTPTypes
import LoopHTTP
public import ServiceCore
import Telemetry

/// Rolls dice, one or many at once.
public struct DiceRollerServer: ServiceDefinition {
  /// See `ServiceDefinition`.
  public let name = "dice-roller"
  /// See `ServiceDefinition`.
  public let title = "Dice Roller API"
  /// See `ServiceDefinition`.
  public let version = "3.0.0"
  /// How many rolls one batch may have.
  public static let batchSizes = 1...20

  private let dieServiceURL: ServiceURL
  private let maximumDelay: Duration
  private let incidents: Incidents?

  /// A roller of the dice that the service at `dieServiceURL` knows; a roll takes at most `maximumDelay`, and what an
  /// incident adds. The time of `incidents` counts from here.
  public init(dieServiceURL: ServiceURL, maximumDelay: Duration, incidents: IncidentSettings? = nil) {
    self.dieServiceURL = dieServiceURL
    self.maximumDelay = maximumDelay
    self.incidents = incidents.map { Incidents($0) }
  }

  /// See `ServiceDefinition`.
  public func routes(_ tools: ServiceTools) -> [ServiceRoute] {
    tools.logger.info("Dice Roller API starting up (Stage 4 - with async rolling)")
    let metrics = RollerMetrics(tools.registry)
    if let incidents {
      incidents.announce(tools.logger)
      tools.registry.observe(.diceIncidentActive) { incidents.current == nil ? 0 : 1 }
    }
    let handlers = RollHandlers(
      tools: tools,
      metrics: metrics,
      roller: Roller(tools, metrics: metrics, maximumDelay: maximumDelay, incidents: incidents),
      source: SpecificationSource(
        client: DieServiceClient(tools.client, base: dieServiceURL),
        metrics: metrics,
        logger: tools.logger
      )
    )
    let index: JSONValue = [
      "service": .string(title), "version": .string(version), "stage": "4", "endpoints": ["/roll", "/roll-async"],
      "integration": "die-service", "features": ["async-rolling", "concurrent-operations"],
    ]
    let cancelling = RouteOptions(cancelsWhenClientEnds: true)
    return [
      ServiceRoute("/", APIOperation("What this is", answers: [APIOperation.Answer(200, "The service")])) { _ in
        .json(index)
      },
      ServiceRoute("/roll", RollOperations.roll, options: cancelling) { try await handlers.roll($0) },
      ServiceRoute("/roll-async", RollOperations.rollAsync, options: cancelling) { try await handlers.rollAsync($0) },
    ]
  }

  /// See `ServiceDefinition`.
  public func work(_ tools: ServiceTools) async {
    try? await incidents?.log(on: tools.group.loops[0], tools.logger)
  }
}
