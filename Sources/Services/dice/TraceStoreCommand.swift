import ArgumentParser
import LoopHTTP
import ServiceCore
import Telemetry
import TraceStore

/// `dice trace-store`
struct TraceStoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace-store",
    abstract: "Runs the trace store, on port \(TraceStoreServer.defaultPort) if not told otherwise.",
    discussion: "Takes OTLP/HTTP and answers the part of Tempo's API that the page and Grafana ask for."
  )
  @OptionGroup var port: PortOption
  @OptionGroup var common: CommonOptions
  @OptionGroup var store: TraceStoreOptions

  func run() async throws {
    let settings = try common.settings(port: try port.value(default: TraceStoreServer.defaultPort)).withoutTracing
    let service = try store.service()
    let process = try ServiceProcess(common)
    try await process.run([try await process.start(service, settings, flag: "--port")])
  }
}

extension ServiceSettings {
  /// The same for a store: the exports that it receives must not make spans to export.
  var withoutTracing: ServiceSettings {
    var settings = self
    settings.telemetry.isDisabled = true
    return settings
  }
}
