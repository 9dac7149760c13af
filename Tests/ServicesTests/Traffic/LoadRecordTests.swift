import LoopHTTP
import Telemetry
import Testing

@testable import Traffic

struct LoadRecordTests {
  private let second: UInt64 = 1_000_000_000

  private func result(
    _ outcome: RequestResult.Outcome,
    due: UInt64 = 0,
    sent: UInt64? = nil,
    took: UInt64,
    _ departure: RequestResult.Departure = .punctual,
    kind: RequestKind = .sync
  ) -> RequestResult {
    RequestResult(
      kind: kind,
      outcome: outcome,
      departure: departure,
      due: due,
      sent: sent ?? due,
      finished: due + took,
      trace: nil
    )
  }

  @Test func `Percentiles of delays that are uniform up to a second are those of theory`() {
    var record = LatencyRecord()
    for millisecond in 1...1000 { record.record(UInt64(millisecond) * 1_000_000, trace: nil) }
    for percentile in [1.0, 25, 50, 90, 99, 99.9] {
      #expect(abs(record.seconds(percentile: percentile) - percentile / 100) < 0.001 * percentile / 100 + 1e-4)
    }
    #expect(record.seconds(percentile: 100) == 1)
    #expect(abs(record.mean - 0.5005) < 1e-9)
  }

  @Test func `No percentile is above the longest latency`() {
    var record = LatencyRecord()
    for _ in 0..<100 { record.record(1_234_567_891, trace: nil) }
    for percentile in [1.0, 50, 99, 100] { #expect(record.seconds(percentile: percentile) == 1.234567891) }
  }

  @Test func `Traces of two loops are looked for together`() {
    var (first, second) = (LatencyRecord(), LatencyRecord())
    first.record(1_000_000, trace: TraceID(high: 1, low: 1))
    second.record(1_000_000_000, trace: TraceID(high: 1, low: 2))
    first.add(second)
    #expect(first.trace(percentile: 50)?.low == 1)
    #expect(first.trace(percentile: 99) == nil, "two requests do not tell")
    #expect(first.trace(percentile: 100)?.low == 2)
  }

  @Test func `What two loops have counted adds up`() {
    var (first, other) = (LoadRecord(), LoadRecord())
    first.record(result(.answered(status: 200), sent: 5 * second, took: second, .punctual), begin: 0)
    other.record(result(.failed(.timedOut(.connect)), sent: 9 * second, took: second, .afterWaiting), begin: 0)
    other.record(result(.unsent, sent: 20 * second, took: second, .afterWaiting), begin: 0)
    for wait in 2...3 { first.record(result(.givenUp, took: UInt64(wait) * second), begin: 0) }
    other.record(result(.givenUp, took: 4 * second), begin: 0)
    first.warmUpRequests = 3
    other.warmUpRequests = 30
    first.add(other)
    #expect((first.requests, first.errors, first.unsent) == (3, 2, 1))
    #expect((first.statuses, first.failures) == ([200: 1], [.timeout: 1]))
    #expect((first.waitedForConnection, first.sendDelay.count) == (2, 1))
    #expect((first.warmUpRequests, first.interrupted) == (33, 3))
    #expect(first.longestGivenUpSeconds == 4)
    #expect(first.latencies[.sync]?.count == 6)
    #expect(first.timeline.intervals.reduce(0) { $0 + $1.requests } == 3)
    #expect(first.lastSent == 9 * second, "what was not sent was not sent last")
  }

  @Test(arguments: [(50.0, 2), (90, 10), (99, 100), (99.9, 1000), (99.99, 10_000), (100, 1)])
  func `A percentile is told by so many requests that one is to be expected beyond it`(percentile: Double, count: Int) {
    #expect(LatencyRecord.requestsNeeded(percentile: percentile) == count)
    var record = LatencyRecord()
    for _ in 1..<count { record.record(1_000_000, trace: TraceID(high: 1, low: 1)) }
    #expect(record.seconds(percentile: percentile).isNaN && record.trace(percentile: percentile) == nil)
    record.record(1_000_000, trace: nil)
    #expect(!record.seconds(percentile: percentile).isNaN)
  }

  @Test func `Records of two loops add up to the record of one`() {
    var (first, second, both) = (LatencyRecord(), LatencyRecord(), LatencyRecord())
    for value in 1...2000 {
      let nanoseconds = UInt64(value * value) * 1000
      if value.isMultiple(of: 3) {
        first.record(nanoseconds, trace: nil)
      } else {
        second.record(nanoseconds, trace: nil)
      }
      both.record(nanoseconds, trace: nil)
    }
    first.add(second)
    #expect(first.count == 2000)
    for percentile in [0, 10, 50, 99, 100] {
      #expect(first.seconds(percentile: Double(percentile)) == both.seconds(percentile: Double(percentile)))
    }
    #expect(abs(first.mean - both.mean) < 1e-9)
  }

  @Test func `Each percentile has a trace of about its latency, and the maximum its own`() {
    var record = LatencyRecord()
    for millisecond in 1...1000 {
      record.record(UInt64(millisecond) * 1_000_000, trace: TraceID(high: 1, low: UInt64(millisecond)))
    }
    for percentile in [10.0, 50, 90, 99] {
      let milliseconds = Double(record.trace(percentile: percentile)?.low ?? 0)
      #expect(abs(milliseconds / (percentile * 10) - 1) < 0.15, "\(percentile)")
    }
    #expect(record.trace(percentile: 100)?.low == 1000)
  }

  @Test func `Latency counts from the moment a request was due, whenever it was sent`() {
    var record = LoadRecord()
    record.record(
      result(.answered(status: 200), due: second, sent: 3 * second, took: 4 * second, .afterWaiting),
      begin: 0
    )
    #expect(record.latencies[.sync]?.seconds(percentile: 100) == 4)
    #expect(record.waitedForConnection == 1)
    #expect(record.sendDelay.count == 0)
  }

  @Test func `A request that nobody answered in time counts with the time it was waited for, one refused does not`() {
    var record = LoadRecord()
    record.record(result(.failed(.timedOut(.response)), took: 15 * second), begin: 0)
    record.record(result(.failed(.connectionRefused("there")), took: 1000), begin: 0)
    #expect(record.latencies[.sync]?.count == 1)
    #expect(record.latencies[.sync]?.seconds(percentile: 100) == 15)
    #expect(record.failures == [.timeout: 1, .connectionRefused: 1])
    #expect((record.requests, record.errors) == (2, 2))
  }

  @Test func `A request that never found a connection is an error, with the time that it waited for one`() {
    var record = LoadRecord()
    record.record(result(.unsent, took: 7 * second, .afterWaiting), begin: 0)
    #expect((record.requests, record.errors, record.unsent) == (1, 1, 1))
    #expect(record.latencies[.sync]?.seconds(percentile: 100) == 7)
  }

  @Test func `A wait in vain is in the table, and a request without an answer`() {
    var record = LoadRecord()
    record.record(result(.answered(status: 500), took: second), begin: 0)
    record.record(result(.failed(.timedOut(.response)), took: 15 * second), begin: 0)
    record.record(result(.unsent, took: 7 * second, .afterWaiting), begin: 0)
    record.record(result(.failed(.connectionRefused("there")), took: 1000), begin: 0)
    #expect((record.latencies[.sync]?.count, record.answered[.sync]?.count, record.unanswered) == (3, 1, 3))
  }

  @Test func `A wait that the run's end cut off is no request, and counts where it is longer than others`() throws {
    var record = LoadRecord()
    for _ in 0..<9 { record.record(result(.answered(status: 200), took: second), begin: 0) }
    record.record(result(.givenUp, due: second, took: 7 * second), begin: 0)
    record.record(result(.givenUp, due: second, took: second / 2), begin: 0)
    #expect((record.requests, record.errors, record.interrupted) == (9, 0, 2))
    #expect(record.longestGivenUpSeconds == 7)
    let latencies = try #require(record.latencies[.sync])
    #expect(latencies.count == 10 && latencies.seconds(percentile: 100) == 7)
    #expect(latencies.seconds(percentile: 10) >= 1, "the short wait would have been the tenth percentile")
    #expect(record.timeline.intervals.map(\.requests) == [9, 0, 0], "by the moment it was due")
    #expect(record.timeline.intervals[2].seconds(percentile: 100).map { $0.rounded() } == 7)
  }

  @Test func `A server that never answered has the waits for it as its latencies`() {
    var record = LoadRecord()
    record.record(result(.givenUp, took: 7 * second), begin: 0)
    #expect(record.latencies[.sync]?.seconds(percentile: 100) == 7)
    #expect(record.requests == 0)
  }

  @Test func `Statuses from 400 on are errors, and every kind has latencies of its own`() {
    var record = LoadRecord()
    record.record(result(.answered(status: 200), took: second), begin: 0)
    record.record(result(.answered(status: 404), took: second), begin: 0)
    record.record(result(.answered(status: 500), took: 2 * second, kind: .async), begin: 0)
    #expect(record.statuses == [200: 1, 404: 1, 500: 1])
    #expect(record.errors == 2)
    #expect(record.latencies.mapValues(\.count) == [.sync: 2, .async: 1])
  }

  @Test func `A timeline grows coarser and forgets nothing`() throws {
    var timeline = Timeline()
    for step in 0..<4000 { timeline.record(at: Double(step), nanoseconds: UInt64(step) * 1000, isError: step % 4 == 0) }
    #expect(timeline.intervals.count <= 256)
    #expect(timeline.intervals.reduce(0) { $0 + $1.requests } == 4000)
    #expect(timeline.intervals.reduce(0) { $0 + $1.errors } == 1000)
    let width = timeline.intervalSeconds
    #expect(timeline.intervals[10].requests == Int(width))
    let median = try #require(timeline.intervals[10].seconds(percentile: 50))
    #expect(abs(median / (10.5 * width / 1e6) - 1) < 0.1)
  }

  @Test func `Timelines of different widths add up`() {
    var (short, long) = (Timeline(), Timeline())
    for step in 0..<10 { short.record(at: Double(step), nanoseconds: 1, isError: false) }
    for step in 0..<1000 { long.record(at: Double(step), nanoseconds: 1, isError: false) }
    var sum = short
    sum.add(long)
    long.add(short)
    #expect(sum.intervals.map(\.requests) == long.intervals.map(\.requests))
    #expect(sum.intervals.reduce(0) { $0 + $1.requests } == 1010)
  }
}
