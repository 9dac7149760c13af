import ArgumentParser
import Compare
import DiceRoller
import LoopHTTP
import ServiceCore

/// `dice compare`
struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Measures how much faster concurrent rolls are than sequential ones.",
    discussion: """
      Each iteration times N rolls one after another, one batch of N, and N single rolls at once, in alternating order. \
      Failed rolls are repeated and part of no time. The theory is that of delays up to a second, the roller's default; \
      its factor is that of any.
      """
  )
  @Option(help: "The dice-roller (DICE_ROLLER_URL; default http://localhost:8107).", transform: ServiceURL.read)
  var url: ServiceURL?
  @Option(help: "The die (COMPARE_DIE; default fair).")
  var die: String?
  @Option(
    help: ArgumentHelp(
      "Rolls to compare (COMPARE_ROLLS; default 10).",
      valueName: DiceRollerServer.batchSizes.bounds
    )
  )
  var rolls: Int?
  @Option(
    help: ArgumentHelp(
      "Measurements, of which an interval needs four (COMPARE_ITERATIONS; default 5).",
      valueName: Self.iterationCounts.bounds
    )
  )
  var iterations: Int?
  @Option(help: "Several numbers of rolls instead: 1,2,5,10,20 (COMPARE_TIMES).", transform: RollCounts.read)
  var times: RollCounts?
  @Option(help: "Draw measured against theory into this file, or - to the standard output, as SVG (COMPARE_PLOT).")
  var plot: String?
  @Option(help: "Write the results to this file, or - to the standard output, as JSON (COMPARE_JSON).")
  var json: String?

  private static let iterationCounts = 1...10_000

  func validate() throws {
    _ = try settings()
  }

  func run() async throws {
    let settings = try settings()
    let json = try ReportDestination(json, flag: "--json", "COMPARE_JSON")
    let plot = try ReportDestination(plot, flag: "--plot", "COMPARE_PLOT")
    try [json, plot].refuseMixing()
    let tool = try await ToolProcess(loopCount: 1, name: "compare")
    let comparison = Comparison(settings, group: tool.group, progress: tool.standardError)
    let result = await tool.step { await comparison.run() }
    await tool.close()
    let report = try result.mapError { RunFailure(description: $0.description) }.get()
    var failures = FailureList()
    await failures.attempt { try [json, plot].tell(report.text) }
    await failures.attempt { try await json?.write(report.json) }
    await failures.attempt { try await plot?.write(Array(report.plot.utf8)) }
    if !report.hasFactor { failures.add("nothing could be measured: no factor") }
    try failures.throwIfAny()
  }

  private func settings() throws -> CompareSettings {
    guard rolls == nil || times == nil else { throw ValidationError("--rolls has no effect with --times.") }
    guard let url = try Setting.value(url, "DICE_ROLLER_URL") ?? ServiceURL("http://localhost:8107") else {
      throw ValidationError("DICE_ROLLER_URL is invalid.")
    }
    let rolls = try Setting.value(rolls, "--rolls", "COMPARE_ROLLS", in: DiceRollerServer.batchSizes) ?? 10
    return CompareSettings(
      url: url,
      die: try Setting.value(die, "COMPARE_DIE") ?? "fair",
      rolls: try Setting.value(times, "COMPARE_TIMES")?.values ?? [rolls],
      iterations: try Setting.value(iterations, "--iterations", "COMPARE_ITERATIONS", in: Self.iterationCounts) ?? 5
    )
  }
}
