import Logging
import LoopHTTP
import Telemetry

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a subcommand needs that runs to its end and reports: loops, steps that Ctrl-C ends, and the standard error.
struct ToolProcess {
  let group: EventLoopGroup
  /// For progress; the standard output belongs to the results.
  let standardError: FileWriter
  /// Whether somebody watches the standard error.
  let isTerminal: Bool
  /// Warnings, on the standard error.
  let logger: OTelLogger
  private let sink: BufferedLogSink
  private let steps = StepCanceller()

  init(loopCount: Int, name: String) async throws {
    isTerminal = isatty(2) == 1
    let group = try EventLoopGroup.start(loopCount: loopCount)
    let style = LogStyle.text(isColoured: isTerminal)
    self.group = group
    sink = BufferedLogSink(descriptor: 2, group: group, style: style, service: name)
    logger = style.logger(service: name, level: .warning, sink: sink)
    standardError = FileWriter(descriptor: 2, loop: group.loops[0])
    try await EndSignals.watchEach(on: group.loops[0]) { [steps] in steps.cancel() }
  }

  /// Suspends until the step has ended. The user's next signal cancels its task, also one that came since the last step;
  /// one more that finds it still ending ends the process at once.
  func step<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value {
    await steps.run(work)
  }

  /// Says what is left to say, after the last step. Signals end the process from now on.
  func close() async {
    await sink.close(within: .seconds(1))
    steps.end()
  }
}
