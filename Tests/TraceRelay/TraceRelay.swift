import ArgumentParser
import FoundationEssentials
import Logging
import LoopHTTP
import ServiceCore
import Telemetry

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Relays until SIGTERM or Ctrl-C, in the same telemetry as the services and configured by the same variables.
@main
struct TraceRelay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace-relay",
    abstract: "Posts on what it is posted, for validators of W3C Trace Context."
  )
  @Argument(help: "Port to listen on.")
  var port: UInt16

  func run() async throws {
    let group = try EventLoopGroup(loopCount: 1)
    let sink = BufferedLogSink(descriptor: 1, group: group, style: .json, service: "trace-relay")
    let settings = ServiceSettings(
      host: "127.0.0.1",
      port: port,
      logLevel: .info,
      logStyle: .json,
      telemetry: TelemetryConfiguration(environment: ProcessInfo.processInfo.environment)
    )
    let host = try ServiceHost(RelayService(), settings: settings, group: group, sink: sink)
    let (signals, arrived) = AsyncStream.makeStream(of: Int32.self)
    let watcher = try await SignalWatcher.start([SIGTERM, SIGINT], on: group.loops[0]) { arrived.yield($0) }
    let draining = Task {
      for await _ in signals { await host.drain(timeout: .seconds(5)) }
    }
    try await host.run()
    draining.cancel()
    await watcher.stop()
    await sink.close(within: .seconds(2))
    await group.shutdown()
  }
}
