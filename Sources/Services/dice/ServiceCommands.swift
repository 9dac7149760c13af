import ArgumentParser
import ServiceCore

/// `dice die-service`
struct DieServiceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "die-service",
    abstract: "Runs the die-service, on port \(defaultPort) if not told otherwise."
  )
  static let defaultPort: UInt16 = 8106
  @OptionGroup var port: PortOption
  @OptionGroup var common: CommonOptions
  @OptionGroup var die: DieOptions

  func run() async throws {
    try await runAlone(try die.service(), common, port: try port.value(defaultOfService: Self.defaultPort))
  }
}

/// `dice dice-roller`
struct DiceRollerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dice-roller",
    abstract: "Runs the dice-roller, on port \(defaultPort) if not told otherwise."
  )
  static let defaultPort: UInt16 = 8107
  @OptionGroup var port: PortOption
  @OptionGroup var common: CommonOptions
  @OptionGroup var location: DieServiceLocation
  @OptionGroup var roller: RollerOptions

  func run() async throws {
    let service = try roller.service(dieServiceURL: try location.url())
    try await runAlone(service, common, port: try port.value(defaultOfService: Self.defaultPort))
  }
}

/// `dice frontend`
struct FrontendCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "frontend",
    abstract: "Runs the frontend with its page, on port \(defaultPort) if not told otherwise."
  )
  static let defaultPort: UInt16 = 8108
  @OptionGroup var port: PortOption
  @OptionGroup var common: CommonOptions
  @OptionGroup var location: DieServiceLocation
  @Option(
    name: .customLong("dice-roller-url"),
    help: "The dice-roller (DICE_ROLLER_URL; default http://localhost:8107).",
    transform: ServiceURL.read
  )
  var diceRollerURL: ServiceURL?
  @OptionGroup var frontend: FrontendOptions

  func run() async throws {
    let roller = try Setting.value(diceRollerURL, "DICE_ROLLER_URL") ?? ServiceURL("http://localhost:8107")
    guard let roller else { throw ValidationError("DICE_ROLLER_URL is invalid.") }
    let service = try frontend.service(
      rollerURL: roller,
      dieServiceURL: try location.url(),
      traceStoreURL: nil
    )
    try await runAlone(service, common, port: try port.value(defaultOfService: Self.defaultPort))
  }
}

/// Runs one service in this process, to its end.
private func runAlone(_ service: some ServiceDefinition, _ common: CommonOptions, port: UInt16) async throws {
  let settings = try common.settings(port: port)
  let process = try ServiceProcess(common)
  let started = try await process.start(service, settings, flag: "--port")
  started.host.showLibraryMetrics()
  try await process.run([started])
}
