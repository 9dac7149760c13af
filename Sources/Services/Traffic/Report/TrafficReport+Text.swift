import Reporting
import Telemetry

extension TrafficReport {
  /// The percentiles that are told; nil stands for the maximum.
  static let percentiles: [(name: String, percentile: Double)] = [
    ("p50", 50), ("p90", 90), ("p99", 99), ("p99.9", 99.9), ("max", 100),
  ]

  /// The summary for people, lines with an end each.
  public var text: String {
    ([headline, ""] + latencyLines + outcomeLines + generatorLines + verdictLines).joined(separator: "\n") + "\n"
  }

  private var headline: String {
    var line = "\(record.requests.groupedText) requests in \(seconds.durationText), \(rateText)"
    if isInterrupted { line += ", ended early" }
    return line
  }

  private var rateText: String {
    guard case .open(let rate, _, _) = settings.model else { return "\(rate.text(decimals: 1))/s" }
    return "\(self.rate.text(decimals: 1))/s of \(rate)/s"
  }

  private var latencyLines: [String] {
    guard !kinds.isEmpty else { return ["no answer at all"] }
    let names = Self.percentiles.map(\.name)
    var lines = ["latency".padded(toRight: 10) + (["requests", "mean"] + names).map { $0.padded(to: 10) }.joined()]
    for (kind, latencies) in kinds {
      let values = [latencies.mean] + Self.percentiles.map { latencies.seconds(percentile: $0.percentile) }
      let cells = [latencies.count.groupedText] + values.map(\.durationText)
      lines.append("  \(kind.rawValue)".padded(toRight: 10) + cells.map { $0.padded(to: 10) }.joined())
    }
    return lines + traceLines
  }

  private var traceLines: [String] {
    let lines = kinds.flatMap { kind, latencies in
      [("p50", 50.0), ("p99", 99), ("max", 100)].compactMap { name, percentile in
        latencies.trace(percentile: percentile).map {
          "  \(kind.rawValue)".padded(toRight: 10) + name.padded(to: 10) + "  \($0)"
        }
      }
    }
    return lines.isEmpty ? [] : ["traces of these"] + lines
  }

  private var outcomeLines: [String] {
    var parts = record.statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.groupedText)" }
    parts += record.failures.sorted { $0.key.rawValue < $1.key.rawValue }.map {
      "\($0.key.words): \($0.value.groupedText)"
    }
    var lines = [
      "answers    " + (parts.isEmpty ? "none" : parts.joined(separator: "  ")),
      "errors     \(record.errors.groupedText) (\(errorShare.isNaN ? "–" : errorShare.percentText))",
    ]
    if record.warmUpRequests > 0 {
      lines.append("warm-up    \(record.warmUpRequests.groupedText) requests, not counted")
    }
    if record.interrupted > 0 { lines.append("given up   \(record.interrupted.groupedText) requests on their way") }
    return lines
  }

  private var generatorLines: [String] {
    let cost = generator.cpuSecondsPerRequest
    var line = "generator  "
    line += cost.isNaN ? "" : "\((cost * 1e6).text(decimals: 1)) µs of CPU a request, "
    line += "\(generator.busyShare.isNaN ? "–" : generator.busyShare.percentText) busy"
    if record.sendDelay.count > 0 {
      line += ", sent \(record.sendDelay.seconds(percentile: 99).durationText) after due at p99"
    }
    var lines = [line + ", seed \(settings.seed)"]
    switch limit {
    case nil: break
    case .generator(let share):
      lines.append(
        "           THE GENERATOR WAS THE LIMIT, not the server: busy \(share.percentText) of the time; raise --loops"
      )
    case .connections(let share):
      lines.append(
        "           \(share.percentText) of the requests waited for one of \(settings.concurrency) connections; raise --connections"
      )
    }
    if let spans, spans.dropped + spans.failed > 0 {
      let lost = (spans.dropped + spans.failed).groupedText
      lines.append("spans      \(spans.exported.groupedText) exported, \(lost) lost: lower --trace-sample")
    }
    return lines
  }

  private var verdictLines: [String] {
    verdicts.map { verdict in
      let reached = verdict.limit.hasPrefix("errors") ? verdict.reached.percentText : verdict.reached.durationText
      return
        "\(verdict.passed ? "passed    " : "FAILED    ") \(verdict.limit): \(verdict.reached.isNaN ? "no answers" : reached)"
    }
  }
}

extension HTTPClientSpan.Failure {
  /// For people.
  var words: String {
    self == .other ? "other" : rawValue.split(separator: "_").joined(separator: " ")
  }
}
