public import LoopHTTP
import Reporting

/// Tells how far a run is: on a terminal one line that is written over again, elsewhere a line now and then.
public struct ProgressPrinter: Sendable {
  private let writer: FileWriter?
  private let isTerminal: Bool

  /// - Parameter writer: Where to; nil says nothing.
  public init(writer: FileWriter?, isTerminal: Bool) {
    self.writer = writer
    self.isTerminal = isTerminal
  }

  /// Four times a second looks alive. A log needs less, and one of a run without an end less still.
  private func interval(_ times: RunTimes) -> Duration {
    if isTerminal { return .milliseconds(250) }
    let isShort = times.end.map { $0 - times.begin <= 60_000_000_000 } ?? false
    return isShort ? .seconds(1) : .seconds(10)
  }

  /// Suspends until its task is cancelled, and cleans the line up then.
  func run(_ loops: [LoadLoop], _ times: RunTimes) async {
    guard let writer else { return }
    var last = (requests: 0, time: EventLoop.monotonicNanoseconds())
    while (try? await Task.sleep(for: interval(times))) != nil {
      var record = LoadRecord()
      for loop in loops { record.add(await loop.record) }
      let now = EventLoop.monotonicNanoseconds()
      let requests = record.requests + record.warmUpRequests
      let rate = Double(requests - last.requests) / (Double(now - last.time) / 1e9)
      last = (requests, now)
      let line = ProgressLine(record: record, times: times, now: now, rate: rate).text
      // `ESC [ K` clears what a longer line before left.
      try? await writer.write(Array((isTerminal ? "\r\(line)\u{1B}[K" : line + "\n").utf8))
    }
    if isTerminal { try? await writer.write(Array("\r\u{1B}[K".utf8)) }
  }
}

/// What one progress line says. Pure.
struct ProgressLine {
  let record: LoadRecord
  let times: RunTimes
  /// Monotonic nanoseconds.
  let now: UInt64
  /// Requests a second since the last line.
  let rate: Double

  var text: String {
    var parts = ["\((Double(now - min(now, times.begin)) / 1e9).text(decimals: 0)) s"]
    parts.append("\(record.requests.groupedText) requests")
    parts.append("\(rate.text(decimals: 0))/s")
    parts.append("\(record.errors.groupedText) errors")
    // The newest interval may hold a handful of answers only.
    let newest = record.timeline.intervals.suffix(2).reduce(into: Timeline.Interval()) { $0.add($1) }
    if let p99 = newest.seconds(percentile: 99) {
      parts.append("p99 \(p99.durationText)")
    } else if let slowest = newest.seconds(percentile: 100) {
      parts.append("max \(slowest.durationText)")
    }
    if now < times.measuredFrom { parts.append("warming up") }
    if let end = times.end {
      parts.append(now < end ? "\((Double(end - now) / 1e9).text(decimals: 0)) s left" : "waiting for the last answers")
    }
    return parts.joined(separator: " · ")
  }
}
