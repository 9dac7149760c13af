import HTTPTypes
import LoopHTTP
import ServiceCore

/// Measures one contender once, on one event loop, so that nothing but the service is waited for.
actor RollMeasurement: LoopActor {
  /// What one measurement gave.
  struct Outcome: Sendable {
    /// Nil where too many rolls failed.
    var seconds: Double?
    var failed = 0
    /// The batch's trace.
    var trace: String?
  }

  /// The service refuses every roll: there is nothing to measure.
  struct Refusal: Error, Equatable {
    let reason: String
  }

  nonisolated let loop: EventLoop
  private let settings: CompareSettings
  private let client: HTTPClient

  init(_ settings: CompareSettings, client: HTTPClient, loop: EventLoop) {
    self.settings = settings
    self.client = client
    self.loop = loop
  }

  /// A die that fails every second time gives ten rolls in a row once in a thousand attempts: that is not waited for.
  private static let attempts = 10

  /// Suspends until the rolls have come. Failed rolls are repeated, and no failed one is part of the time.
  func measure(_ contender: Contender, rolls: Int) async throws -> Outcome {
    var outcome = Outcome()
    switch contender {
    case .sequential: try await measureSequence(rolls, &outcome)
    case .batch: try await repeatUntilMeasured(&outcome) { try await self.request("/roll-async", times: rolls) }
    case .concurrent: try await repeatUntilMeasured(&outcome) { try await self.rollAtOnce(rolls) }
    }
    return outcome
  }

  private struct Reply: Sendable {
    var failed = 0
    var seconds: Double
    var trace: String?
  }

  private func measureSequence(_ rolls: Int, _ outcome: inout Outcome) async throws {
    var sum = 0.0
    var left = rolls
    while left > 0 {
      let reply = try await request("/roll", times: nil)
      outcome.failed += reply.failed
      if outcome.failed > Self.attempts * rolls { return }
      guard reply.failed == 0 else { continue }
      sum += reply.seconds
      left -= 1
    }
    outcome.seconds = sum
  }

  private func repeatUntilMeasured(
    _ outcome: inout Outcome,
    _ attempt: () async throws -> Reply
  ) async throws {
    for _ in 0..<Self.attempts {
      let reply = try await attempt()
      outcome.failed += reply.failed
      guard reply.failed == 0 else { continue }
      outcome.seconds = reply.seconds
      outcome.trace = reply.trace
      return
    }
  }

  private func rollAtOnce(_ rolls: Int) async throws -> Reply {
    let watch = Stopwatch()
    let failed = try await withThrowingTaskGroup(of: Reply.self) { group in
      for _ in 0..<rolls { group.addTask(executorPreference: loop) { try await self.request("/roll", times: nil) } }
      var failed = 0
      for try await reply in group { failed += reply.failed }
      return failed
    }
    return Reply(failed: failed, seconds: watch.seconds, trace: nil)
  }

  private func request(_ path: String, times: Int?) async throws -> Reply {
    let query = "?die=\(settings.die.queryEncoded)" + (times.map { "&times=\($0)" } ?? "")
    var request = ClientRequest(.get, settings.url.appending(path + query))
    request.timeout = .seconds(30)
    let watch = Stopwatch()
    let response: ClientResponse
    do throws(ClientError) {
      response = try await client.execute(request)
    } catch {
      if error == .cancelled { throw CancellationError() }
      return Reply(failed: 1, seconds: 0)
    }
    let seconds = watch.seconds
    switch response.statusCode {
    case 200: return Reply(seconds: seconds, trace: Self.trace(response))
    // The die is unknown, or the number of rolls: no roll will ever come.
    case 400..<500: throw Refusal(reason: Self.detail(response))
    default: return Reply(failed: 1, seconds: seconds)
    }
  }

  private static func detail(_ response: ClientResponse) -> String {
    let answer = try? JSONParser.parse(response.body)
    let detail = answer?["detail"]?.text ?? answer?["detail"]?.items?.first?["msg"]?.text
    return detail ?? "status \(response.statusCode)"
  }

  /// The second part of `traceresponse`.
  private static func trace(_ response: ClientResponse) -> String? {
    guard let name = HTTPField.Name("traceresponse"), let parts = response.header(name)?.split(separator: "-"),
      parts.count == 4
    else { return nil }
    return String(parts[1])
  }
}
