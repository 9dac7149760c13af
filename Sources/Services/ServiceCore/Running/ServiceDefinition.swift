/// A service as a whole: its name, and its routes made of the tools it is given.
public protocol ServiceDefinition: Sendable {
  /// The default of `service.name`.
  var name: String { get }
  /// What its description is called.
  var title: String { get }
  /// The version of its API.
  var version: String { get }
  /// Says in the log that it starts, registers its metrics and gives its routes. Called once.
  func routes(_ tools: ServiceTools) -> [ServiceRoute]
  /// What it does beside its requests while it serves; cancelled at the end. By default nothing.
  func work(_ tools: ServiceTools) async
}

extension ServiceDefinition {
  /// See `ServiceDefinition`.
  public func work(_ tools: ServiceTools) async {}
}
