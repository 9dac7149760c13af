public import LoopHTTP
import ServiceCore

/// Why nothing could be compared.
public struct CompareError: Error, CustomStringConvertible {
  /// What is wrong and what to do.
  public let description: String
}

/// Measures the contenders in turns.
public struct Comparison: Sendable {
  private let settings: CompareSettings
  private let client: HTTPClient
  private let measurement: RollMeasurement
  private let progress: FileWriter?

  /// - Parameters:
  ///   - group: One loop is enough.
  ///   - progress: Where each iteration is told as it ends; nil says nothing.
  public init(_ settings: CompareSettings, group: EventLoopGroup, progress: FileWriter?) {
    self.settings = settings
    self.progress = progress
    client = HTTPClient(group: group)
    measurement = RollMeasurement(settings, client: client, loop: group.loops[0])
  }

  /// Suspends until everything is measured. Where its task is cancelled, the iteration under way is given up, and the
  /// report is of those before.
  public func run() async -> Result<ComparisonReport, CompareError> {
    let result: Result<ComparisonReport, CompareError>
    do throws(CompareError) {
      result = .success(try await measure())
    } catch {
      result = .failure(error)
    }
    await client.shutdown()
    return result
  }

  private func measure() async throws(CompareError) -> ComparisonReport {
    do throws(RollServiceCheck.Fault) {
      try await RollServiceCheck.find(settings.url, client)
    } catch {
      throw CompareError(description: error.text(settings.url))
    }
    let collected = ResultCollection()
    let end = await measureAll(into: collected)
    if case .refused(let refusal) = end {
      throw CompareError(description: "\(settings.url) refuses to roll: \(refusal.reason)")
    }
    return ComparisonReport(settings: settings, results: await collected.results, isInterrupted: end == .stopped)
  }

  /// What ended a comparison.
  private enum End: Equatable {
    /// Everything is measured.
    case finished
    /// The user.
    case stopped
    /// The service.
    case refused(RollMeasurement.Refusal)
  }

  /// Ends early where its task is cancelled.
  private func measureAll(into collected: ResultCollection) async -> End {
    do {
      for rolls in settings.rolls {
        await collected.begin(rolls: rolls)
        for iteration in 0..<settings.iterations { try await measureOnce(iteration, rolls: rolls, into: collected) }
      }
      return .finished
    } catch let refusal as RollMeasurement.Refusal {
      return .refused(refusal)
    } catch {
      return .stopped
    }
  }

  private func measureOnce(_ iteration: Int, rolls: Int, into collected: ResultCollection) async throws {
    var seconds: ComparisonResult.Iteration = [:]
    for contender in Contender.order(iteration: iteration) {
      let outcome = try await measurement.measure(contender, rolls: rolls)
      seconds[contender] = outcome.seconds
      await collected.note(outcome)
    }
    await collected.add(seconds)
    let place = "\(ComparisonReport.rollsText(rolls)), iteration \(iteration + 1) of \(settings.iterations)"
    let line = "\(place): \(ComparisonReport.text(seconds))\n"
    try? await progress?.write(Array(line.utf8))
  }
}

/// What was measured so far; also there when the rest is given up.
private actor ResultCollection {
  private(set) var results: [ComparisonResult] = []

  func begin(rolls: Int) { results.append(ComparisonResult(rolls: rolls)) }

  func note(_ outcome: RollMeasurement.Outcome) {
    guard !results.isEmpty else { return }
    results[results.count - 1].failed += outcome.failed
    if let trace = outcome.trace { results[results.count - 1].batchTraces.append(trace) }
  }

  func add(_ iteration: ComparisonResult.Iteration) {
    guard !results.isEmpty else { return }
    results[results.count - 1].add(iteration)
  }
}

extension RollServiceCheck.Fault {
  fileprivate func text(_ url: ServiceURL) -> String {
    switch self {
    case .unreachable(.cancelled): "ended before \(url) had answered"
    case .unreachable(let error):
      "no dice-roller at \(url): \(error); start one with `dice all`, or name another with --url"
    case .noRollService:
      "what answers at \(url) is no dice-roller: it describes no /roll-async; name another with --url"
    }
  }
}
