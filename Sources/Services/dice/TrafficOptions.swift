import ArgumentParser
import DiceRoller
import LoopHTTP
import Reporting
import ServiceCore
import Traffic

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What decides when requests are sent, and what they ask for.
struct TrafficOptions: ParsableArguments {
  @Option(help: "The frontend (FRONTEND_URL; default http://localhost:8108).", transform: ServiceURL.read)
  var url: ServiceURL?
  @Option(help: "Any URL to load instead of a frontend (TRAFFIC_TARGET).")
  var target: String?
  @Option(
    help: ArgumentHelp(
      "Concurrent users of the closed model (TRAFFIC_USERS; default 10, for --target 64).",
      valueName: Self.userCounts.bounds
    )
  )
  var users: Int?
  @Option(
    help: ArgumentHelp(
      "A user's most rolls, then another comes (TRAFFIC_MAX_ROLLS; default 20).",
      valueName: Self.rollCounts.bounds
    )
  )
  var maxRolls: Int?
  @Option(
    help: ArgumentHelp(
      "Share of requests that ask for a batch (TRAFFIC_ASYNC_PROBABILITY; default 0.3).",
      valueName: Self.shares.bounds
    )
  )
  var asyncProbability: Double?
  @Option(
    help: ArgumentHelp(
      "A batch's most rolls (TRAFFIC_MAX_ASYNC_ROLLS; default 10).",
      valueName: DiceRollerServer.batchSizes.bounds
    )
  )
  var maxAsyncRolls: Int?
  @Option(help: "Dice to choose from (TRAFFIC_DICE; default fair,risky,extreme,unknown).")
  var dice: String?
  @Option(
    help: "A user's pause between requests (TRAFFIC_THINK_TIME; default 0.5-2, in seconds, for --target 0).",
    transform: SecondsRange.read
  )
  var thinkTime: SecondsRange?
  @Option(
    help: "Open model: requests per second, steps 100,200 or a ramp 100-1000 (TRAFFIC_RATE).",
    transform: RateSpecification.read
  )
  var rate: RateSpecification?
  @Option(
    help: "How long to measure, such as 30s (TRAFFIC_DURATION; default: 10s, users of a frontend until Ctrl-C).",
    transform: Seconds.read
  )
  var duration: Seconds?
  @Option(help: "constant or poisson, for --rate (TRAFFIC_ARRIVALS; default constant).", transform: ArrivalPattern.read)
  var arrivals: ArrivalPattern?
  @Option(
    help: ArgumentHelp(
      "Most connections (TRAFFIC_CONNECTIONS; default 64 for --target, 500 for --rate).",
      valueName: Self.connectionCounts.bounds
    )
  )
  var connections: Int?
  @Option(help: "Time before anything is measured (TRAFFIC_WARM_UP; default 0).", transform: Seconds.read)
  var warmUp: Seconds?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Repeats a run's dice, batches, arrivals and pauses (TRAFFIC_SEED; default: any).",
      valueName: UInt64.bounds
    )
  )
  var seed: UInt64?
  @Option(help: ArgumentHelp("Event-loop threads (LOOPS; default 1).", valueName: LoopCount.bounds))
  var loops: LoopCount?
  @Option(
    help: ArgumentHelp(
      "Share of requests whose trace is recorded (TRAFFIC_TRACE_SAMPLE; default 1, for --target none).",
      valueName: Self.shares.bounds
    )
  )
  var traceSample: Double?
  @Option(
    help: """
      Fail where a latency is above this or unknown: p99=200ms. Error answers count as any other, a request without an \
      answer as above every limit; may be repeated (TRAFFIC_FAIL_OVER).
      """,
    transform: LatencyLimit.read
  )
  var failOver: [LatencyLimit] = []
  @Option(help: "Fail where more requests than this have failed: 1% (TRAFFIC_FAIL_ERRORS).", transform: ErrorLimit.read)
  var failErrors: ErrorLimit?

  private static let userCounts = 1...100_000
  private static let rollCounts = 1...1_000_000
  private static let connectionCounts = 1...100_000
  private static let shares = 0.0...1
}

extension TrafficOptions {
  /// With the variables and the defaults; a value that makes no sense is a usage error naming flag or variable.
  func settings() throws -> TrafficSettings {
    try refuseFlagsWithoutEffect()
    let target = try trafficTarget()
    let seed = try Setting.value(seed, "TRAFFIC_SEED") ?? .random(in: 0...UInt64(UInt32.max))
    var settings = TrafficSettings(target: target, model: try model(target), seed: seed)
    settings.seconds = try Setting.value(duration, "TRAFFIC_DURATION")?.value
    guard settings.seconds ?? 1 > 0 else {
      throw ValidationError("The value '0' is invalid for '--duration': it must be above 0.")
    }
    if settings.seconds == nil, isBounded(settings) { settings.seconds = TrafficSettings.defaultSeconds }
    settings.warmUpSeconds = try Setting.value(warmUp, "TRAFFIC_WARM_UP")?.value ?? 0
    settings.loopCount = min(try Setting.value(loops, "LOOPS")?.value ?? 1, settings.concurrency)
    let sample = try Setting.value(traceSample, "--trace-sample", "TRAFFIC_TRACE_SAMPLE", in: Self.shares)
    if case .dice = target { settings.traceSample = sample ?? 1 } else { settings.traceSample = sample }
    settings.latencyLimits = failOver
    if failOver.isEmpty, let limit = try Setting.value(LatencyLimit?.none, "TRAFFIC_FAIL_OVER") {
      settings.latencyLimits = [limit]
    }
    settings.errorLimit = try Setting.value(failErrors, "TRAFFIC_FAIL_ERRORS")
    return settings
  }

  /// A flag that would be ignored is a misunderstanding; variables may stand there for other runs.
  private func refuseFlagsWithoutEffect() throws {
    let isOpen = try Setting.value(rate, "TRAFFIC_RATE") != nil
    let hasTarget = try Setting.value(target, "TRAFFIC_TARGET") != nil
    let ofUsers = [("--users", users != nil), ("--max-rolls", maxRolls != nil), ("--think-time", thinkTime != nil)]
    let ofDice = [
      ("--url", url != nil), ("--dice", dice != nil), ("--async-probability", asyncProbability != nil),
      ("--max-async-rolls", maxAsyncRolls != nil), ("--max-rolls", maxRolls != nil),
    ]
    try refuse(isOpen ? ofUsers : [("--arrivals", arrivals != nil)], isOpen ? "with --rate" : "without --rate")
    try refuse(hasTarget ? ofDice : [], "with --target")
    try refuse(isOpen || hasTarget ? [] : [("--connections", connections != nil)], "without --rate or --target")
  }

  private func refuse(_ flags: [(name: String, isGiven: Bool)], _ circumstances: String) throws {
    guard let flag = flags.first(where: \.isGiven) else { return }
    throw ValidationError("\(flag.name) has no effect \(circumstances).")
  }

  /// Only users of a frontend go on for ever, as people do.
  private func isBounded(_ settings: TrafficSettings) -> Bool {
    if case (.dice, .closed) = (settings.target, settings.model) { return false }
    return true
  }

  /// What the process may open, less what it needs for itself.
  static var connectionLimit: Int { max(1, sysconf(Int32(_SC_OPEN_MAX)) - 64) }

  private func trafficTarget() throws -> TrafficSettings.Target {
    if let text = try Setting.value(target, "TRAFFIC_TARGET") {
      do throws(ClientError) {
        return .url(try ClientURL(text))
      } catch {
        let form = "it must be an http URL, such as http://localhost:8106/dice"
        throw ValidationError("The value '\(text)' is invalid for '--target': \(error); \(form).")
      }
    }
    var mix = DiceMix()
    if let names = try Setting.value(dice, "TRAFFIC_DICE") {
      mix.dice = names.split(separator: ",").map(String.init)
      guard !mix.dice.isEmpty else {
        throw ValidationError(
          "The value '\(names)' is invalid for '--dice': it must be names with commas between them."
        )
      }
    }
    let shares = Self.shares
    if let share = try Setting.value(asyncProbability, "--async-probability", "TRAFFIC_ASYNC_PROBABILITY", in: shares) {
      mix.asyncProbability = share
    }
    let sizes = DiceRollerServer.batchSizes
    if let most = try Setting.value(maxAsyncRolls, "--max-async-rolls", "TRAFFIC_MAX_ASYNC_ROLLS", in: sizes) {
      mix.maximumBatchSize = most
    }
    guard let url = try Setting.value(url, "FRONTEND_URL") ?? ServiceURL("http://localhost:8108") else {
      throw ValidationError("FRONTEND_URL is invalid.")
    }
    return .dice(url, mix)
  }

  private func model(_ target: TrafficSettings.Target) throws -> TrafficSettings.Model {
    let connections = try Setting.value(connections, "--connections", "TRAFFIC_CONNECTIONS", in: Self.connectionCounts)
    if let rate = try Setting.value(rate, "TRAFFIC_RATE") {
      let pattern = try Setting.value(arrivals, "TRAFFIC_ARRIVALS") ?? .constant
      if case .url = target { return .open(rate, pattern, connections: connections ?? 64) }
      return .open(rate, pattern, connections: connections ?? min(500, Self.connectionLimit))
    }
    let users = try Setting.value(users, "--users", "TRAFFIC_USERS", in: Self.userCounts)
    let thinkTime = try Setting.value(thinkTime, "TRAFFIC_THINK_TIME")?.range
    if case .url = target {
      return .closed(users: users ?? connections ?? 64, maximumRolls: .max, thinkTime: thinkTime ?? 0...0)
    }
    return .closed(
      users: users ?? 10,
      maximumRolls: try Setting.value(maxRolls, "--max-rolls", "TRAFFIC_MAX_ROLLS", in: Self.rollCounts) ?? 20,
      thinkTime: thinkTime ?? 0.5...2
    )
  }
}
