import Histogram
import LoopHTTP
import ServiceCore
import Telemetry

/// The kinds of requests whose latencies are kept apart.
public enum RequestKind: String, Sendable, CaseIterable {
  /// One roll.
  case sync
  /// A batch of rolls.
  case async
  /// Whatever `--target` names.
  case target
}

/// How one request went.
struct RequestResult: Sendable {
  enum Outcome: Sendable, Hashable {
    /// The whole answer came.
    case answered(status: Int)
    /// None came, or not all of it.
    case failed(ClientError)
    /// It was due, but no connection was free until long after the run's end, or until the run was ended.
    case unsent
    /// The run was ended before its answer could come. That is no error of anybody's, but what it had waited by then is
    /// the least that it would have taken.
    case givenUp
  }

  /// What the moment of sending depended on.
  enum Departure: Sendable, Hashable {
    /// On the user's last answer: nobody had planned it.
    case spontaneous
    /// On the plan: a connection was free when it was due.
    case punctual
    /// On a connection that was busy when it was due.
    case afterWaiting
  }

  let kind: RequestKind
  let outcome: Outcome
  let departure: Departure
  /// When it should have left, when it did, and when its end was known: monotonic nanoseconds.
  let due: UInt64
  let sent: UInt64
  let finished: UInt64
  /// Its trace, where that is recorded.
  let trace: TraceID?

  var isError: Bool {
    switch outcome {
    case .answered(let status): status >= 400
    case .failed, .unsent: true
    case .givenUp: false
    }
  }

  /// From the moment it was due, also where it was given up after a wait; nil where a failure ended the wait early.
  var latency: UInt64? {
    switch outcome {
    case .answered, .failed(.timedOut), .unsent, .givenUp: finished - due
    case .failed: nil
    }
  }
}

/// Everything that a run, or one loop's part of it, has found out so far.
struct LoadRecord: Sendable {
  /// Of answers, and of waits that the run's end cut off.
  private(set) var answered: [RequestKind: LatencyRecord] = [:]
  /// The waits for answers that never came.
  private var waitedInVain: [RequestKind: LatencyRecord] = [:]
  private(set) var statuses: [Int: Int] = [:]
  /// Requests without an answer, by their cause.
  private(set) var failures: [HTTPClientSpan.Failure: Int] = [:]
  /// Requests that were due and found no connection in time.
  private(set) var unsent = 0
  private(set) var requests = 0
  private(set) var errors = 0
  private(set) var timeline = Timeline()
  /// How much later than due requests left although a connection was free: the generator's own imprecision.
  private(set) var sendDelay = LatencyRecord()
  /// Requests that were due before a connection was free.
  private(set) var waitedForConnection = 0
  /// When the last one left, monotonic nanoseconds.
  private(set) var lastSent: UInt64 = 0
  /// Requests of the warm-up, which count nowhere else.
  var warmUpRequests = 0
  /// Requests that were given up because the run was ended; not among `requests`.
  private(set) var interrupted = 0
  private var longestGivenUp: UInt64 = 0
  /// How long the one of them had been waited for that was due first; `nan` where there was none.
  var longestGivenUpSeconds: Double { interrupted > 0 ? Double(longestGivenUp) / 1e9 : .nan }

  /// - Parameter begin: When the measured part of the run began, monotonic nanoseconds.
  mutating func record(_ result: RequestResult, begin: UInt64) {
    if result.outcome == .givenUp { return recordGivenUp(result, begin: begin) }
    requests += 1
    if result.isError { errors += 1 }
    switch result.outcome {
    case .answered(let status): statuses[status, default: 0] += 1
    case .failed(let error): failures[error.spanFailure, default: 0] += 1
    case .unsent: unsent += 1
    case .givenUp: break
    }
    switch (result.outcome, result.latency) {
    case (_, nil): break
    case (.answered, let latency?): answered[result.kind, default: LatencyRecord()].record(latency, trace: result.trace)
    case (_, let latency?): waitedInVain[result.kind, default: LatencyRecord()].record(latency, trace: result.trace)
    }
    timeline.record(
      at: Double(result.due - min(begin, result.due)) / 1e9,
      nanoseconds: result.latency,
      isError: result.isError
    )
    switch result.departure {
    case .spontaneous: break
    case .punctual: sendDelay.record(result.sent - result.due, trace: nil)
    case .afterWaiting: waitedForConnection += 1
    }
    if result.outcome != .unsent { lastSent = max(lastSent, result.sent) }
  }

  /// A wait counts where it was longer already than such answers have taken on average: the latency would have been
  /// longer still. A shorter one says nothing yet, and would only push the percentiles down.
  private mutating func recordGivenUp(_ result: RequestResult, begin: UInt64) {
    let wait = result.finished - result.due
    interrupted += 1
    longestGivenUp = max(longestGivenUp, wait)
    guard Double(wait) / 1e9 > answered[result.kind]?.mean ?? 0 else { return }
    answered[result.kind, default: LatencyRecord()].record(wait, trace: result.trace)
    timeline.recordWait(at: Double(result.due - min(begin, result.due)) / 1e9, nanoseconds: wait)
  }

  /// Of whatever was waited for, answered or not.
  var latencies: [RequestKind: LatencyRecord] { answered.merging(waitedInVain, uniquingKeysWith: Self.sum) }

  /// How many requests had no answer.
  var unanswered: Int { failures.values.reduce(unsent, +) }

  private static func sum(_ first: LatencyRecord, _ second: LatencyRecord) -> LatencyRecord {
    var sum = first
    sum.add(second)
    return sum
  }

  mutating func add(_ other: LoadRecord) {
    answered.merge(other.answered, uniquingKeysWith: Self.sum)
    waitedInVain.merge(other.waitedInVain, uniquingKeysWith: Self.sum)
    statuses.merge(other.statuses, uniquingKeysWith: +)
    failures.merge(other.failures, uniquingKeysWith: +)
    unsent += other.unsent
    requests += other.requests
    errors += other.errors
    timeline.add(other.timeline)
    sendDelay.add(other.sendDelay)
    waitedForConnection += other.waitedForConnection
    lastSent = max(lastSent, other.lastSent)
    warmUpRequests += other.warmUpRequests
    interrupted += other.interrupted
    longestGivenUp = max(longestGivenUp, other.longestGivenUp)
  }
}
