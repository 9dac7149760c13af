import Logging
import LoopHTTP
import Telemetry

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a subcommand needs that runs to its end and reports: loops, the first Ctrl-C as an event, and the standard error.
struct ToolProcess {
  let group: EventLoopGroup
  /// Has an element when the user wants an end. A second signal ends the process at once.
  let stops: AsyncStream<Void>
  /// For progress; the standard output belongs to the results.
  let standardError: FileWriter
  /// Whether somebody watches the standard error.
  let isTerminal: Bool
  /// Warnings, on the standard error.
  let logger: OTelLogger
  private let sink: BufferedLogSink
  private let watcher: SignalWatcher

  init(loopCount: Int, name: String) async throws {
    isTerminal = isatty(2) == 1
    let group = try EventLoopGroup.start(loopCount: loopCount)
    let style = LogStyle.text(isColoured: isTerminal)
    self.group = group
    sink = BufferedLogSink(descriptor: 2, group: group, style: style, service: name)
    logger = style.logger(service: name, level: .warning, sink: sink)
    standardError = FileWriter(descriptor: 2, loop: group.loops[0])
    let (stops, stop) = AsyncStream.makeStream(of: Void.self)
    self.stops = stops
    watcher = try await EndSignals.watch(on: group.loops[0]) { stop.yield() }
  }

  /// Runs the tool, and says what is left to say whatever came of it; what it throws is why the command fails.
  func run<Report: Sendable, Failure: Error & CustomStringConvertible>(
    _ tool: (ToolProcess) async throws(Failure) -> Report
  ) async throws(RunFailure) -> Report {
    let result: Result<Report, Failure>
    do throws(Failure) {
      result = .success(try await tool(self))
    } catch {
      result = .failure(error)
    }
    await close()
    return try result.mapError { RunFailure(description: $0.description) }.get()
  }

  private func close() async {
    await sink.close(within: .seconds(1))
    await watcher.stop()
  }
}
