import Reporting
import ServiceCore
import Telemetry

extension TrafficReport {
  /// The results for programs: times in seconds, shares of 1; what could not be measured, or has no end, is null.
  public var json: [UInt8] {
    JSONValue(members: [
      ("model", .string(modelName)),
      ("target", .string(targetText)),
      ("seed", JSONValue(settings.seed)),
      ("interrupted", .bool(isInterrupted)),
      ("passed", .bool(passed)),
      ("seconds", JSONValue(seconds)),
      ("requests", JSONValue(record.requests)),
      ("rate", JSONValue(rate)),
      ("errors", JSONValue(record.errors)),
      ("error_share", JSONValue(errorShare)),
      ("statuses", JSONValue(members: statuses.map { (String($0.status), JSONValue($0.count)) })),
      ("failures", JSONValue(members: failures.map { ($0.failure.rawValue, JSONValue($0.count)) })),
      ("unsent", JSONValue(record.unsent)),
      ("warm_up_requests", JSONValue(record.warmUpRequests)),
      ("interrupted_requests", JSONValue(record.interrupted)),
      ("interrupted_longest_wait_seconds", JSONValue(record.longestGivenUpSeconds)),
      ("latency_seconds", JSONValue(members: kinds.map { ($0.kind.rawValue, Self.json($0.latencies)) })),
      ("send_delay_seconds", Self.json(record.sendDelay)),
      ("waited_for_connection", JSONValue(record.waitedForConnection)),
      ("generator", generatorJSON),
      ("spans", spansJSON),
      ("limits", .array(verdicts.map(\.json))),
      ("timeline", timelineJSON),
    ]).bytes + [UInt8(ascii: "\n")]
  }

  private static func json(_ latencies: LatencyRecord) -> JSONValue {
    let figures = percentiles.map { ($0.key, JSONValue(latencies.seconds(percentile: $0.percentile))) }
    let traces = percentiles.compactMap { percentile in
      latencies.trace(percentile: percentile.percentile).map { (percentile.key, JSONValue.string($0.description)) }
    }
    return JSONValue(
      members: [("count", JSONValue(latencies.count)), ("mean", JSONValue(latencies.mean))]
        + figures + [("traces", JSONValue(members: traces))]
    )
  }

  private var generatorJSON: JSONValue {
    let reason: JSONValue =
      switch limit {
      case nil: .null
      case .generator: "generator"
      case .connections: "connections"
      }
    return JSONValue(members: [
      ("cpu_seconds", JSONValue(generator.cpuSeconds)),
      ("cpu_seconds_per_request", JSONValue(generator.cpuSecondsPerRequest)),
      ("busy_share", JSONValue(generator.busyShare)),
      ("limited_by", reason),
    ])
  }

  private var spansJSON: JSONValue {
    guard let spans else { return .null }
    return JSONValue(members: [
      ("exported", JSONValue(spans.exported)), ("dropped", JSONValue(spans.dropped)),
      ("failed", JSONValue(spans.failed)),
    ])
  }

  private var timelineJSON: JSONValue {
    let intervals = record.timeline.intervals.map { interval in
      JSONValue(members: [
        ("requests", JSONValue(interval.requests)), ("errors", JSONValue(interval.errors)),
        ("p50", JSONValue(interval.seconds(percentile: 50) ?? .nan)),
        ("p99", JSONValue(interval.seconds(percentile: 99) ?? .nan)),
        ("max", JSONValue(interval.seconds(percentile: 100) ?? .nan)),
      ])
    }
    return JSONValue(members: [
      ("interval_seconds", JSONValue(record.timeline.intervalSeconds)), ("intervals", .array(intervals)),
    ])
  }
}

extension TrafficReport.Verdict {
  fileprivate var json: JSONValue {
    JSONValue(members: [
      ("limit", .string(limit)), ("reached", JSONValue(reached)), ("passed", .bool(passed)),
      ("requests_needed", requestsNeeded.map { JSONValue($0) } ?? .null),
    ])
  }
}
