import DiceRoller
import DieService
import HTTPTypes
import LoopHTTP
public import ServiceCore
import Telemetry

/// The page, and what it asks for.
public struct FrontendServer: ServiceDefinition {
  /// See `ServiceDefinition`.
  public let name = "frontend"
  /// See `ServiceDefinition`.
  public let title = "Frontend API"
  /// See `ServiceDefinition`.
  public let version = "1.0.0"

  private let rollerURL: ServiceURL
  private let dieServiceURL: ServiceURL
  private let traceStoreURL: ServiceURL?
  private let traceLinkTemplate: String?

  /// A frontend of the services at the given addresses.
  ///
  /// - Parameter traceLinkTemplate: where a trace can be seen elsewhere, with `{trace_id}` in it.
  public init(
    rollerURL: ServiceURL,
    dieServiceURL: ServiceURL,
    traceStoreURL: ServiceURL?,
    traceLinkTemplate: String?
  ) {
    self.rollerURL = rollerURL
    self.dieServiceURL = dieServiceURL
    self.traceStoreURL = traceStoreURL
    self.traceLinkTemplate = traceLinkTemplate
  }

  /// See `ServiceDefinition`.
  public func routes(_ tools: ServiceTools) -> [ServiceRoute] {
    tools.logger.info("Frontend API starting up (Stage 4 - with async rolling support)")
    let handlers = FrontendHandlers(
      tools: tools,
      metrics: FrontendMetrics(tools.registry),
      roller: rollerURL,
      dieService: DieServiceClient(tools.client, base: dieServiceURL),
      traceStore: traceStoreURL
    )
    let configuration: JSONValue = ["trace_link_template": traceLinkTemplate.map { .string($0) } ?? .null]
    return PageRoutes.all + [
      ServiceRoute("/roll", RollOperations.roll) { try await handlers.roll($0) },
      ServiceRoute("/roll-async", RollOperations.rollAsync) { try await handlers.rollAsync($0) },
      ServiceRoute("/dice", Self.dice) { try await handlers.dice($0) },
      ServiceRoute("/config", Self.configuration, isTraced: false) { _ in .json(configuration) },
      ServiceRoute("/traces", Self.traces, isTraced: false) { try await handlers.traces($0) },
      ServiceRoute("/traces/{trace_id}", Self.trace, isTraced: false) { try await handlers.trace($0) },
    ]
  }

  private static let dice = DiceOperation.dice(failures: [
    .detail(502, "The die service gave an answer that makes no sense"),
    .detail(503, "The die service cannot be reached"), .detail(504, "The die service gave no answer in time"),
  ])
  private static let configuration = APIOperation(
    "What the page needs to know",
    answers: [APIOperation.Answer(200, "The settings")]
  )
  private static let storeFailures: [APIOperation.Answer] = [
    .detail(404, "The trace store has none"), .detail(502, "The trace store answers errors or nonsense"),
    .detail(503, "The trace store cannot be reached"), .detail(504, "The trace store gives no answer in time"),
  ]
  private static let traces = APIOperation(
    "The newest traces, of all or only of those that failed or took more than two seconds",
    parameters: [
      APIOperation.Parameter(
        "only",
        isRequired: false,
        schema: ["type": "string", "pattern": .string(FrontendHandlers.TraceSelection.pattern)]
      )
    ],
    answers: [APIOperation.Answer(200, "The traces"), .faults] + storeFailures
  )
  private static let trace = APIOperation(
    "One trace",
    parameters: [
      APIOperation.Parameter(
        "trace_id",
        in: .path,
        schema: ["type": "string", "pattern": .string(FrontendHandlers.idPattern)]
      )
    ],
    answers: [APIOperation.Answer(200, "The trace"), .faults] + storeFailures
  )
}
