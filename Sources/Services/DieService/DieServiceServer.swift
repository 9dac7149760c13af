import HTTPTypes
import LoopHTTP
public import ServiceCore
import Telemetry

/// Answers what dice there are.
public struct DieServiceServer: ServiceDefinition {
  /// See `ServiceDefinition`.
  public let name = "die-service"
  /// See `ServiceDefinition`.
  public let title = "Die Service API"
  /// See `ServiceDefinition`.
  public let version = "1.0.0"

  private let specifications: DieSpecifications

  /// A service of these dice.
  public init(_ specifications: DieSpecifications = .embedded) {
    self.specifications = specifications
  }

  /// See `ServiceDefinition`.
  public func routes(_ tools: ServiceTools) -> [ServiceRoute] {
    let metrics = DieServiceMetrics(tools.registry)
    metrics.loaded.set(Double(specifications.identifiers.count))
    tools.logger.info("Die Service API starting up")
    tools.logger.info(
      "Die specifications loaded",
      [
        Attribute(LogField.count, specifications.identifiers.count),
        Attribute(LogField.identifiers, specifications.identifiers),
      ]
    )
    let index: JSONValue = [
      "service": .string(title), "version": .string(version), "endpoints": ["/dice", "/dice?identifier={id}"],
      "loaded_specifications": .number(String(specifications.identifiers.count)),
    ]
    return [
      ServiceRoute("/", APIOperation("What this is", answers: [APIOperation.Answer(200, "The service")])) { _ in
        .json(index)
      },
      ServiceRoute("/dice", DiceOperation.dice()) { request in
        if let identifier = request.queryValue("identifier") { return one(identifier, tools, metrics) }
        return list(tools, metrics)
      },
    ]
  }

  private func list(_ tools: ServiceTools, _ metrics: DieServiceMetrics) -> Response {
    let identifiers = specifications.identifiers
    metrics.listed.increment()
    let span = OTelSpan.current
    span?.setAttributes([Attribute(.requestType, "list"), Attribute(.dieCount, identifiers.count)])
    tools.logger.info(
      "Die list requested",
      [Attribute(LogField.count, identifiers.count), Attribute(LogField.identifiers, identifiers)],
      in: span
    )
    return DieList(identifiers: identifiers).response
  }

  private func one(_ identifier: String, _ tools: ServiceTools, _ metrics: DieServiceMetrics) -> Response {
    let specification = specifications[identifier]
    let span = OTelSpan.current
    span?.setAttributes([
      Attribute(.requestType, "get"), Attribute(.dieIdentifier, identifier),
      Attribute(.dieFound, specification != nil),
    ])
    tools.logger.info("Die specification requested", [Attribute(LogField.identifier, identifier)], in: span)
    guard let specification else { return unknown(identifier, tools) }
    metrics.requested(identifier).increment()
    tools.logger.info(
      "Die specification found",
      [
        Attribute(LogField.identifier, identifier), Attribute(LogField.faces, specification.faces),
        Attribute(LogField.errorRate, specification.errorRate),
      ],
      in: span
    )
    return specification.response(named: identifier)
  }

  private func unknown(_ identifier: String, _ tools: ServiceTools) -> Response {
    let identifiers = specifications.identifiers
    tools.logger.warning(
      "Unknown die identifier requested",
      [Attribute(LogField.identifier, identifier), Attribute(LogField.availableIdentifiers, identifiers)]
    )
    let available = identifiers.map { "'\($0)'" }.joined(separator: ", ")
    return .detail(.notFound, "Die identifier '\(identifier)' not found. Available: [\(available)]")
  }
}
