import ArgumentParser
import DiceRoller
import DieService
import Frontend
import ServiceCore
import TraceStore

/// Where one service listens.
struct PortOption: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Port to listen on, 0 for any (PORT).", valueName: UInt16.bounds)
  )
  var port: UInt16?

  func value(default port: UInt16) throws -> UInt16 {
    try Setting.value(self.port, "PORT") ?? port
  }

  /// For the three services, whose default an image may change; it is none for a trace store.
  func value(defaultOfService port: UInt16) throws -> UInt16 {
    try value(default: try Setting.value(UInt16?.none, "PORT_DEFAULT") ?? port)
  }
}

/// What the die-service takes.
struct DieOptions: ParsableArguments {
  @Option(help: "JSON file with the dice (DIE_SPECIFICATIONS; default: three built-in dice).")
  var dieSpecifications: String?

  func service() throws -> DieServiceServer {
    guard let path = try Setting.value(dieSpecifications, "DIE_SPECIFICATIONS") else { return DieServiceServer() }
    do throws(DieSpecificationsError) {
      return DieServiceServer(try DieSpecifications(contentsOfFile: path))
    } catch {
      throw RunFailure(description: "--die-specifications: \(error)")
    }
  }
}

/// What the dice-roller takes.
struct RollerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Longest delay of a roll in milliseconds (ROLL_MAX_DELAY_MS; default 1000).",
      valueName: UInt32.bounds
    )
  )
  var rollMaxDelayMs: UInt32?
  @Option(
    help: ArgumentHelp(
      "Failures that come and go: for a while in each period, rolls fail or take longer (INCIDENTS; default none).",
      valueName: "every=60s,for=10s,error-rate=0.5,delay=2s,seed=42"
    ),
    transform: IncidentSettings.read
  )
  var incidents: IncidentSettings?

  func service(dieServiceURL: ServiceURL) throws -> DiceRollerServer {
    let milliseconds = try Setting.value(rollMaxDelayMs, "ROLL_MAX_DELAY_MS") ?? 1000
    return DiceRollerServer(
      dieServiceURL: dieServiceURL,
      maximumDelay: .milliseconds(Int64(milliseconds)),
      incidents: try incidents ?? IncidentSettings.variable()
    )
  }
}

/// What the frontend takes.
struct FrontendOptions: ParsableArguments {
  @Option(help: "Where traces are read, in Tempo's API (TRACE_QUERY_URL).", transform: ServiceURL.read)
  var traceQueryURL: ServiceURL?
  @Option(
    help: "Address of a trace elsewhere, with {trace_id} in it (TRACE_LINK_TEMPLATE).",
    transform: TraceLinkTemplate.read
  )
  var traceLinkTemplate: TraceLinkTemplate?

  /// The server that the user names; nil for none.
  func traceQueryServer() throws -> ServiceURL? { try Setting.value(traceQueryURL, "TRACE_QUERY_URL") }

  func service(rollerURL: ServiceURL, dieServiceURL: ServiceURL, traceStoreURL: ServiceURL?) throws -> FrontendServer {
    FrontendServer(
      rollerURL: rollerURL,
      dieServiceURL: dieServiceURL,
      traceStoreURL: try traceQueryServer() ?? traceStoreURL,
      traceLinkTemplate: try Setting.value(traceLinkTemplate, "TRACE_LINK_TEMPLATE")?.description
    )
  }
}

/// What the trace store takes.
struct TraceStoreOptions: ParsableArguments {
  @Option(
    name: .customLong("trace-memory-mib"),
    help: ArgumentHelp(
      "MiB that the kept traces may take; the oldest go (TRACE_MEMORY_MIB; default 32).",
      valueName: TraceMemory.bounds
    )
  )
  var traceMemory: TraceMemory?

  func service() throws -> TraceStoreServer {
    guard let memory = try Setting.value(traceMemory, "TRACE_MEMORY_MIB") else { return TraceStoreServer() }
    return TraceStoreServer(limits: TraceStoreServer.Limits(storage: memory.bytes))
  }
}

/// Where the die-service is.
struct DieServiceLocation: ParsableArguments {
  @Option(
    name: .customLong("die-service-url"),
    help: "The die-service (DIE_SERVICE_URL; default http://localhost:8106).",
    transform: ServiceURL.read
  )
  var dieServiceURL: ServiceURL?

  func url() throws -> ServiceURL {
    guard let url = try Setting.value(dieServiceURL, "DIE_SERVICE_URL") ?? ServiceURL("http://localhost:8106") else {
      throw ValidationError("DIE_SERVICE_URL is invalid.")
    }
    return url
  }
}
