import ArgumentParser
import LoopHTTP
import Telemetry
import Traffic

/// `dice traffic`
struct TrafficCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "traffic",
    abstract: "Loads a frontend with simulated users, or any URL, and tells the latencies.",
    discussion: """
      Without --rate, users wait for their answers (closed model); those of a --target then ask again at once. With --rate the clock decides (open model): latency \
      counts from the moment a request was due, so that a server that stalls cannot hide it. Each request is the root of \
      a trace, whose span goes where OTEL_EXPORTER_OTLP_ENDPOINT says. Requests are GETs over plain HTTP/1.1; an answer \
      that takes longer than 15 s is given up.
      """
  )
  @OptionGroup var traffic: TrafficOptions
  @Option(help: "Write the results to this file, or - to the standard output, as JSON (TRAFFIC_JSON).")
  var json: String?
  @Option(help: "Write a page with charts to this file, or - to the standard output (TRAFFIC_HTML).")
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
    let json = try ReportDestination(json, flag: "--json", "TRAFFIC_JSON")
    let html = try ReportDestination(html, flag: "--html", "TRAFFIC_HTML")
    try [json, html].refuseMixing()
    let tool = try await ToolProcess(loopCount: settings.loopCount, name: "traffic-generator")
    let run = TrafficRun(
      settings,
      group: tool.group,
      telemetry: TelemetryConfiguration(environment: Setting.environment),
      logger: tool.logger,
      progress: ProgressPrinter(writer: tool.standardError, isTerminal: tool.isTerminal)
    )
    var failures = FailureList()
    let measured = await tool.step { await run.measure() }
    // Nobody waits for the summary until a receiver of spans has answered.
    if case .success(let report) = measured { await failures.attempt { try [json, html].tell(report.text) } }
    let spans = await tool.step { await run.end() }
    await tool.close()
    let report = try measured.mapError { RunFailure(description: $0.description) }.get().with(spans)
    await failures.attempt { try [json, html].tell(report.spansText) }
    await failures.attempt { try await json?.write(report.json) }
    await failures.attempt { try await html?.write(Array(report.html.utf8)) }
    if !report.passed { failures.add(report.failureText) }
    try failures.throwIfAny()
  }
}
