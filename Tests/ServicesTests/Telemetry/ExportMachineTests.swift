import HTTPTypes
import Testing

@testable import Telemetry

/// The parts of the export that are pure.
struct ExportMachineTests {
  // 784111777 is the RFC's own example, 06 Nov 1994 08:49:37 GMT.
  @Test(arguments: [
    ("3", 0, Duration?.some(.seconds(3))),
    (" 0 ", 0, .seconds(0)),
    ("99999999", 0, .seconds(86_400)),
    ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_770, .seconds(7)),
    ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_770, .seconds(7)),
    ("Sun Nov  6 08:49:37 1994", 784_111_770, .seconds(7)),
    ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_198, .seconds(1)),
    ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_780, .seconds(0)),
    ("", 0, nil),
    ("-3", 0, nil),
    ("1.5", 0, nil),
    ("Sun, 06 Nov 1994 25:49:37 GMT", 0, nil),
    ("Sun, 06 Foo 1994 08:49:37 GMT", 0, nil),
    ("99999999999999999999999", 0, nil),
  ])
  func `Retry-After is seconds or a date`(value: String, now: Int, delay: Duration?) {
    #expect(RetryAfter.delay(value, now: now) == delay)
  }

  @Test(arguments: [
    (200, OTLPReply.accepted),
    (202, .accepted),
    (429, .retry(after: .seconds(2), reason: "status 429")),
    (502, .retry(after: .seconds(2), reason: "status 502")),
    (503, .retry(after: .seconds(2), reason: "status 503")),
    (504, .retry(after: .seconds(2), reason: "status 504")),
    (400, .refused(reason: "status 400")),
    (401, .refused(reason: "status 401")),
    (404, .refused(reason: "status 404")),
    (413, .refused(reason: "status 413")),
    (500, .refused(reason: "status 500")),
    (301, .refused(reason: "status 301")),
  ])
  func `Only four statuses are retried`(status: Int, reply: OTLPReply) {
    #expect(OTLPReply(status: status, headerFields: [.retryAfter: "2"], now: 0) == reply)
  }

  @Test func `Back-off grows to its bound, spreads by half, and obeys the receiver`() {
    let backOff = RetryBackOff(initial: .milliseconds(100), longest: .milliseconds(300))
    #expect(backOff.delay(after: 1, asked: nil, random: 0) == .milliseconds(50))
    #expect(backOff.delay(after: 1, asked: nil, random: 1) == .milliseconds(150))
    #expect(backOff.delay(after: 2, asked: nil, random: 0.5) == .milliseconds(200))
    #expect(backOff.delay(after: 1000, asked: nil, random: 0.5) == .milliseconds(300))
    #expect(backOff.delay(after: 1, asked: .seconds(7), random: 0) == .seconds(7))
  }

  @Test func `An outage is one line, and its end another`() {
    var log = OutageLog()
    #expect(log.succeeded() == nil)
    #expect(log.failed("a") == .outage(reason: "a"))
    #expect(log.failed("b") == nil)
    #expect(log.succeeded() == .recovery)
    #expect(log.succeeded() == nil)
    #expect(log.failed("c") == .outage(reason: "c"))
  }

  @Test func `Full batches go at once, the rest with the timer, everything with a flush`() {
    let schedule = BatchSchedule(batchSize: 10)
    #expect(schedule.count(for: [], queued: 25) == 0)
    #expect(schedule.count(for: .batchReady, queued: 25) == 20)
    #expect(schedule.count(for: .timer, queued: 25) == 25)
    #expect(schedule.count(for: [.batchReady, .flush], queued: 25) == 25)
  }

  @Test func `While the receiver is away only the timer tries`() {
    var schedule = BatchSchedule(batchSize: 10)
    #expect(schedule.finished(.undelivered) == false)
    #expect(schedule.count(for: .batchReady, queued: 25) == 0)
    #expect(schedule.count(for: .timer, queued: 25) == 25)
    #expect(schedule.finished(.delivered(rejected: 0)) == true)
    #expect(schedule.count(for: .batchReady, queued: 25) == 20)
    #expect(schedule.finished(.dropped) == true)
  }
}
