import ArgumentParser
import LoopHTTP
import ServiceCore

/// `dice all`
struct AllCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "all",
    abstract: "Runs the three services in one process."
  )
  @Option(help: "Port of the die-service, 0 for any.")
  var dieServicePort: UInt16 = 8106
  @Option(help: "Port of the dice-roller, 0 for any.")
  var diceRollerPort: UInt16 = 8107
  @Option(help: "Port of the frontend, 0 for any.")
  var frontendPort: UInt16 = 8108
  @Option(help: "Port of the built-in trace store, 0 for any.")
  var traceStorePort: UInt16 = 4318
  @OptionGroup var common: CommonOptions
  @OptionGroup var die: DieOptions
  @OptionGroup var roller: RollerOptions
  @OptionGroup var frontend: FrontendOptions

  func run() async throws {
    let dieService = try die.service()
    var settings = try common.settings(port: dieServicePort)
    let process = try ServiceProcess(common)
    let dieHost = try await process.start(dieService, settings, flag: "--die-service-port")
    let dieURL = try url(of: dieHost.address)
    settings.port = diceRollerPort
    let rollerService = try roller.service(dieServiceURL: dieURL)
    let rollerHost = try await process.start(rollerService, settings, flag: "--dice-roller-port")
    settings.port = frontendPort
    let frontendService = try frontend.service(
      rollerURL: try url(of: rollerHost.address),
      dieServiceURL: dieURL,
      traceStoreURL: ServiceURL("http://127.0.0.1:\(traceStorePort)")
    )
    let frontendHost = try await process.start(frontendService, settings, flag: "--frontend-port")
    for (host, address) in [dieHost, rollerHost, frontendHost] {
      await StandardError.write("\(host.name) http://\(address)")
    }
    try await process.run([dieHost.host, rollerHost.host, frontendHost.host])
  }

  /// Where the other services of this process find one.
  private func url(of address: SocketAddress) throws -> ServiceURL {
    guard let url = ServiceURL("http://\(address)") else { throw RunFailure(description: "no address: \(address)") }
    return url
  }
}
