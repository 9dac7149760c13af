import Reporting
import Telemetry

extension TrafficReport {
  /// The percentiles that are told, with their names for people and for programs.
  static let percentiles: [(name: String, key: String, percentile: Double)] = [
    ("p50", "p50", 50), ("p90", "p90", 90), ("p99", "p99", 99), ("p99.9", "p99_9", 99.9), ("max", "max", 100),
  ]

  /// The summary for people, but for `spansText`.
  public var text: String {
    let lines =
      ["\(targetText), \(modelText), seed \(settings.seed)", headline, ""] + latencyLines + traceLines + [""]
      + outcomeLines + ["generator  " + generatorText] + (limitText.map { ["MIND       " + $0] } ?? [])
      + verdicts.map { "\($0.passed ? "passed" : "FAILED")     " + $0.text }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Which limits were not kept, for the last line of a failed run.
  public var failureText: String {
    let failed = verdicts.filter { !$0.passed }.map { verdict in
      verdict.requestsNeeded == nil ? verdict.limit : "\(verdict.limit) (too few requests)"
    }
    return failed.isEmpty ? "not one request was answered" : "not kept: " + failed.joined(separator: ", ")
  }

  var modelText: String {
    switch settings.model {
    case .closed(let users, _, _): "\(users.groupedText) users who wait for their answers"
    case .open(let rate, let pattern, let connections):
      "\(rate)/s \(pattern.rawValue) over at most \(connections.groupedText) connections"
    }
  }

  private var headline: String {
    "\(record.requests.groupedText) requests in \(seconds.durationText), \(rate.text(decimals: 1)) per second"
      + (isInterrupted ? ", ended early" : "")
  }

  private var latencyLines: [String] {
    guard !kinds.isEmpty else { return ["no answer at all"] }
    let names = ["requests", "mean"] + Self.percentiles.map(\.name)
    return ["latency".padded(toRight: 11) + names.map { $0.padded(to: 10) }.joined()]
      + kinds.map { kind, latencies in
        let values = [latencies.mean] + Self.percentiles.map { latencies.seconds(percentile: $0.percentile) }
        let cells = [latencies.count.groupedText] + values.map(\.durationText)
        return "  \(kind.rawValue)".padded(toRight: 11) + cells.map { $0.padded(to: 10) }.joined()
      }
  }

  /// Traces to look at: about as slow as the median and as the slowest percent, and the slowest.
  var traces: [(kind: RequestKind, name: String, trace: TraceID)] {
    kinds.flatMap { kind, latencies in
      [("p50", 50.0), ("p99", 99), ("max", 100)].compactMap { name, percentile in
        latencies.trace(percentile: percentile).map { (kind, name, $0) }
      }
    }
  }

  /// Where a trace's id makes a page that draws it; nil where the target is no frontend.
  var tracePage: String? {
    guard case .dice(let url, _) = settings.target else { return nil }
    return "\(url)/?trace="
  }

  private var traceLines: [String] {
    let lines = traces.enumerated().map { index, row in
      (index == 0 ? "traces" : "").padded(toRight: 11) + "\(row.kind.rawValue) \(row.name)".padded(to: 10)
        + "  \(row.trace)"
    }
    guard !lines.isEmpty, let page = tracePage else { return lines }
    return lines + ["           to be seen at \(page)<trace>"]
  }

  /// How requests ended, with statuses first.
  var outcomes: [(name: String, count: Int)] {
    statuses.map { ("\($0.status)", $0.count) } + failures.map { ($0.failure.words, $0.count) }
      + (record.unsent > 0 ? [("not sent", record.unsent)] : [])
  }

  private var outcomeLines: [String] {
    let parts = outcomes.map { "\($0.name): \($0.count.groupedText)" }
    var lines = [
      "answers    " + (parts.isEmpty ? "none" : parts.joined(separator: "  ")),
      "errors     \(record.errors.groupedText)" + (errorShare.isNaN ? "" : " (\(errorShare.percentText))"),
    ]
    if record.warmUpRequests > 0 {
      lines.append("warm-up    \(record.warmUpRequests.groupedText) requests, not counted")
    }
    if let givenUpText { lines.append("given up   " + givenUpText) }
    return lines
  }

  /// What was lost of the spans, for people, behind the summary that does not wait for it; empty where nothing was.
  public var spansText: String {
    guard let spans else { return "" }
    let losses = [
      (spans.dropped, "came too fast for the exporter: lower --trace-sample"),
      (spans.failed, "reached no receiver: see OTEL_EXPORTER_OTLP_ENDPOINT"),
    ]
    return losses.map { $0 > 0 ? "spans      \($0.groupedText) \($1)\n" : "" }.joined()
  }

  /// What the end of the run cut off; nil where nothing was on its way.
  var givenUpText: String? {
    guard record.interrupted > 0 else { return nil }
    let longest = record.longestGivenUpSeconds.durationText
    return "\(record.interrupted.groupedText) requests on their way, after up to \(longest)"
  }

  /// What the generator needed.
  var generatorText: String {
    var parts: [String] = []
    let cost = generator.cpuSecondsPerRequest
    if !cost.isNaN { parts.append("\((cost * 1e6).text(decimals: 1)) µs of CPU a request") }
    if !generator.busyShare.isNaN { parts.append("busy \(generator.busyShare.percentText) of the time") }
    let delay = record.sendDelay.seconds(percentile: 99)
    if !delay.isNaN { parts.append("sent \(delay.durationText) after due at p99") }
    return parts.joined(separator: ", ")
  }

  /// Why the figures are not the server's alone; nil where they are.
  var limitText: String? {
    switch limit {
    case nil: nil
    case .generator(let share):
      "the generator was the limit, not the server: busy \(share.percentText) of the time; raise --loops"
    case .connections(let share):
      "\(share.percentText) of the requests waited for one of \(settings.concurrency) connections: the server is too slow "
        + "for this rate, or raise --connections"
    }
  }
}

extension TrafficReport.Verdict {
  /// The limit and what was reached.
  var text: String {
    if let requestsNeeded { return "\(limit): too few requests, it needs \(requestsNeeded.groupedText)" }
    if reached.isInfinite { return "\(limit): not reached, too many requests had no answer" }
    let figure = isShare ? reached.percentText : reached.durationText
    return "\(limit): \(reached.isNaN ? "no answers" : figure)"
  }
}

extension HTTPClientSpan.Failure {
  /// For people.
  var words: String {
    self == .other ? "other" : rawValue.split(separator: "_").joined(separator: " ")
  }
}
