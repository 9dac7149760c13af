import LoopHTTP
import ServiceCore
public import Telemetry

/// What a run came to.
public struct TrafficReport: Sendable {
  /// A limit and whether it was kept.
  struct Verdict: Sendable {
    let limit: String
    /// In seconds, or a share of 1; `nan` where there were no requests, or too few to tell, and infinite where that many
    /// had no answer.
    let reached: Double
    let isShare: Bool
    let passed: Bool
    /// How many requests it takes to tell, where there were some and they are fewer; else nil.
    var requestsNeeded: Int?
  }

  /// Why the figures say something about the generator and not about the server.
  enum Limit: Sendable, Hashable {
    /// Its event loops had no time left.
    case generator(busyShare: Double)
    /// Requests had to wait for a connection, that share of them.
    case connections(share: Double)
  }

  let settings: TrafficSettings
  let record: LoadRecord
  /// In which the measured requests were sent.
  let seconds: Double
  let generator: GeneratorUsage
  /// Whether it was ended before its time.
  let isInterrupted: Bool
  /// What became of the spans; nil without tracing, and until their export has ended.
  private(set) var spans: ExportStatistics.Snapshot?

  /// The same report with what became of the spans.
  public func with(_ spans: ExportStatistics.Snapshot?) -> TrafficReport {
    var report = self
    report.spans = spans
    return report
  }

  /// Requests a second.
  var rate: Double { seconds > 0 ? Double(record.requests) / seconds : .nan }

  /// Between 0 and 1; `nan` without requests.
  var errorShare: Double { record.requests > 0 ? Double(record.errors) / Double(record.requests) : .nan }

  /// The kinds of which there were any, in a fixed order.
  var kinds: [(kind: RequestKind, latencies: LatencyRecord)] {
    let latencies = record.latencies
    return RequestKind.allCases.compactMap { kind in latencies[kind].map { (kind, $0) } }
  }

  /// In ascending order.
  var statuses: [(status: Int, count: Int)] {
    record.statuses.map { (status: $0.key, count: $0.value) }.sorted { $0.status < $1.status }
  }

  /// In the order of their names.
  var failures: [(failure: HTTPClientSpan.Failure, count: Int)] {
    record.failures.map { (failure: $0.key, count: $0.value) }.sorted { $0.failure.rawValue < $1.failure.rawValue }
  }

  var modelName: String {
    switch settings.model {
    case .closed: "closed"
    case .open: "open"
    }
  }

  var targetText: String {
    switch settings.target {
    case .dice(let url, _): url.description
    case .url(let url): url.description
    }
  }

  /// A run without a single answer passes no limit, and one of too few requests for a percentile none on that: a gate that
  /// cannot be judged must not stand open. A request without an answer has taken longer than any limit, however soon it was
  /// refused.
  var verdicts: [Verdict] {
    var answered = LatencyRecord()
    for latencies in record.answered.values { answered.add(latencies) }
    var verdicts = settings.latencyLimits.map { limit in
      let reached = answered.seconds(percentile: limit.percentile, unanswered: record.unanswered)
      let needed = LatencyRecord.requestsNeeded(percentile: limit.percentile)
      return Verdict(
        limit: limit.description,
        reached: reached,
        isShare: false,
        passed: reached <= limit.seconds,
        requestsNeeded: (1..<needed).contains(answered.count + record.unanswered) ? needed : nil
      )
    }
    if let limit = settings.errorLimit {
      verdicts.append(
        Verdict(
          limit: "errors=\(limit.description)",
          reached: errorShare,
          isShare: true,
          passed: errorShare <= limit.share
        )
      )
    }
    return verdicts
  }

  /// Whether there was an answer and every limit was kept.
  public var passed: Bool { verdicts.allSatisfy(\.passed) && (record.requests == 0 || !record.statuses.isEmpty) }

  /// Nil where nothing but the server limited the run.
  var limit: Limit? {
    if generator.busyShare >= 0.95 { return .generator(busyShare: generator.busyShare) }
    let share = Double(record.waitedForConnection) / Double(max(1, record.requests))
    return share >= 0.01 ? .connections(share: share) : nil
  }
}
