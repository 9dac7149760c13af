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

/// `trace-relay PORT` relays until SIGTERM, in the same telemetry as the services and configured by the same variables.
@main
enum TraceRelay {
  static func main() async throws {
    guard let port = CommandLine.arguments.dropFirst().first.flatMap(UInt16.init) else {
      fatalError("usage: trace-relay PORT")
    }
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
    let watcher = try await SignalWatcher.start([SIGTERM], on: group.loops[0]) { arrived.yield($0) }
    let draining = Task {
      for await _ in signals { await host.drain(delay: .zero, timeout: .seconds(5)) }
    }
    try await host.run()
    draining.cancel()
    await watcher.stop()
    await sink.close(within: .seconds(2))
    await group.shutdown()
  }
}
