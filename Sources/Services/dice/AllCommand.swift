import ArgumentParser
import LoopHTTP
import ServiceCore
import Telemetry
import TraceStore

/// Where the services of one process listen. No variable ends in `_PORT`: for a Service called `frontend` Kubernetes sets
/// `FRONTEND_PORT=tcp://10.0.0.1:8108` in each container of its namespace, for one called `die` also `DIE_SERVICE_PORT=80`.
struct PortsOfAll: ParsableArguments {
  @Option(parsing: .unconditional, help: Self.help("die-service", "PORT_DIE_SERVICE", DieServiceCommand.defaultPort))
  var dieServicePort: UInt16?
  @Option(parsing: .unconditional, help: Self.help("dice-roller", "PORT_DICE_ROLLER", DiceRollerCommand.defaultPort))
  var diceRollerPort: UInt16?
  @Option(parsing: .unconditional, help: Self.help("frontend", "PORT_FRONTEND", FrontendCommand.defaultPort))
  var frontendPort: UInt16?
  @Option(
    parsing: .unconditional,
    help: Self.help("built-in trace store", "PORT_TRACE_STORE", TraceStoreServer.defaultPort)
  )
  var traceStorePort: UInt16?
  /// What one service alone takes: said here, for the parser would guess that `--host` was meant.
  @Option(parsing: .unconditional, help: .private)
  var port: String?

  func validate() throws {
    guard port == nil else {
      let flags = "--frontend-port, --dice-roller-port, --die-service-port and --trace-store-port"
      throw ValidationError("'--port' is for one service alone; here there are \(flags).")
    }
  }

  private static func help(_ name: String, _ variable: String, _ port: UInt16) -> ArgumentHelp {
    ArgumentHelp("Port of the \(name), 0 for any (\(variable); default \(port)).", valueName: UInt16.bounds)
  }

  typealias Values = (dieService: UInt16, diceRoller: UInt16, frontend: UInt16, traceStore: UInt16)

  func values() throws -> Values {
    (
      dieService: try Setting.value(dieServicePort, "PORT_DIE_SERVICE") ?? DieServiceCommand.defaultPort,
      diceRoller: try Setting.value(diceRollerPort, "PORT_DICE_ROLLER") ?? DiceRollerCommand.defaultPort,
      frontend: try Setting.value(frontendPort, "PORT_FRONTEND") ?? FrontendCommand.defaultPort,
      traceStore: try Setting.value(traceStorePort, "PORT_TRACE_STORE") ?? TraceStoreServer.defaultPort
    )
  }
}

/// `dice all`
struct AllCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "all",
    abstract: "Runs the three services and the trace store in one process.",
    discussion: "Where OTEL_EXPORTER_OTLP_ENDPOINT names a receiver, spans go there and no trace store is started."
  )
  @OptionGroup var ports: PortsOfAll
  @OptionGroup var common: CommonOptions
  @OptionGroup var die: DieOptions
  @OptionGroup var roller: RollerOptions
  @OptionGroup var frontend: FrontendOptions
  @OptionGroup var store: TraceStoreOptions

  func run() async throws {
    let dieService = try die.service()
    let ports = try ports.values()
    var settings = try common.settings(port: ports.dieService, telemetryDefaults: Self.telemetryDefaults)
    // Each has its own name, whatever one name the environment has for all.
    settings.telemetry.serviceName = nil
    let storeService = try store.service()
    let process = try ServiceProcess(common)
    let store = try await startStore(storeService, port: ports.traceStore, process, &settings)
    let dieHost = try await process.start(dieService, settings, flag: "--die-service-port")
    let dieURL = try url(of: dieHost.address)
    settings.port = ports.diceRoller
    let rollerService = try roller.service(dieServiceURL: dieURL)
    let rollerHost = try await process.start(rollerService, settings, flag: "--dice-roller-port")
    settings.port = ports.frontend
    let frontendService = try frontend.service(
      rollerURL: try url(of: rollerHost.address),
      dieServiceURL: dieURL,
      traceStoreURL: store.url
    )
    let frontendHost = try await process.start(frontendService, settings, flag: "--frontend-port")
    if store.url == nil, try frontend.traceQueryServer() == nil { Self.warnOfTracesUnseen(settings.telemetry) }
    try await process.run([dieHost, rollerHost, frontendHost], store: store.started)
  }

  /// The store is near and the reader waits for the trace: the specification's 5 s are for receivers far away.
  private static let telemetryDefaults = ["OTEL_BSP_SCHEDULE_DELAY": "200"]

  /// Starts the store and lets `settings` export to it, unless the environment names a receiver. Where somebody has
  /// taken the port, as a rule a collector or another store, spans go there and traces are looked for there.
  private func startStore(
    _ service: TraceStoreServer,
    port: UInt16,
    _ process: ServiceProcess,
    _ settings: inout ServiceSettings
  ) async throws -> (started: ServiceProcess.Started?, url: ServiceURL?) {
    guard !settings.telemetry.otlpTraces.isNamed else { return (nil, nil) }
    var storeSettings = settings.withoutTracing
    storeSettings.port = port
    var started: ServiceProcess.Started?
    var authority = Self.authority(reaching: settings.host, port)
    do throws(UVError) {
      let store = try await process.bind(service, storeSettings)
      authority = "\(store.address)"
      started = store
    } catch .addressInUse {
      let holder = ServiceProcess.byHolder(of: port)
      StandardError.write("trace-store: port \(port) is taken\(holder); spans go to whoever listens there")
    } catch {
      throw RunFailure(description: "trace-store: cannot listen on \(storeSettings.host):\(port): \(error)")
    }
    settings.telemetry.otlpTraces.url = "http://\(authority)/v1/traces"
    if !settings.telemetry.otlpLogs.isNamed { settings.telemetry.otlpLogs.url = "http://\(authority)/v1/logs" }
    return (started, ServiceURL("http://\(authority)"))
  }

  /// For whoever looks at a page without traces later.
  private static func warnOfTracesUnseen(_ telemetry: TelemetryConfiguration) {
    guard telemetry.tracesExporter == .otlp, !telemetry.isDisabled else { return }
    StandardError.write(
      "frontend: the page shows no traces, for spans go to the receiver that OTEL_EXPORTER_OTLP_ENDPOINT names; "
        + "set TRACE_QUERY_URL to where they can be read"
    )
  }

  /// Where one finds whoever has taken a port of that host; an address that stands for all is none to connect to.
  private static func authority(reaching host: String, _ port: UInt16) -> String {
    switch host {
    case "0.0.0.0": "127.0.0.1:\(port)"
    case "::": "[::1]:\(port)"
    default: host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
  }

  /// Where the other services of this process find one.
  private func url(of address: SocketAddress) throws -> ServiceURL {
    guard let url = ServiceURL("http://\(address)") else { throw RunFailure(description: "no address: \(address)") }
    return url
  }
}
