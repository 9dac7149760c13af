import ArgumentParser
import Logging
import LoopHTTP
import Reporting
import Telemetry
import Traffic

/// `dice traffic`
struct TrafficCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "traffic",
    abstract: "Loads a frontend with simulated users, or any URL at a rate, and tells the latencies.",
    discussion: """
      Without --rate, users wait for their answers (closed model). With --rate the clock decides (open model): latency \
      counts from the moment a request was due, so that a server that stalls cannot hide it.
      """
  )
  @OptionGroup var traffic: TrafficOptions
  @Option(help: "Write the results to this file as JSON (TRAFFIC_JSON).")
  var json: String?
  @Option(help: "Write a page with charts to this file (TRAFFIC_HTML).")
  var html: String?

  func validate() throws {
    _ = try traffic.settings()
  }

  func run() async throws {
    let settings = try traffic.settings()
    guard settings.concurrency <= TrafficOptions.connectionLimit else {
      let needed = "\(settings.concurrency) connections need more file descriptors than this process may open"
      throw RunFailure(description: "\(needed): raise the limit with `ulimit -n`")
    }
    let process = try await ToolProcess(loopCount: settings.loopCount, name: "traffic-generator")
    let report = try await process.run { tool throws(TrafficError) in
      let run = TrafficRun(
        settings,
        group: tool.group,
        telemetry: TelemetryConfiguration(environment: Setting.environment),
        logger: tool.logger,
        progress: ProgressPrinter(writer: tool.standardError, isTerminal: tool.isTerminal)
      )
      return try await run.run(stops: tool.stops)
    }
    try await finish(report)
  }

  private func finish(_ report: TrafficReport) async throws {
    print(report.text, terminator: "")
    if let path = try Setting.value(json, "TRAFFIC_JSON") { try await write(report.json, to: path, flag: "--json") }
    if let path = try Setting.value(html, "TRAFFIC_HTML") {
      try await write(Array(report.html.utf8), to: path, flag: "--html")
    }
    guard report.passed else { throw RunFailure(description: report.failureText) }
  }
}

/// Writes a tool's results to a file that a flag named.
func write(_ bytes: [UInt8], to path: String, flag: String) async throws(RunFailure) {
  do throws(ReportFileError) {
    try await ReportFile.write(bytes, to: path, flag: flag)
  } catch {
    throw RunFailure(description: error.description)
  }
}
