import Testing

@testable import LoopHTTP

@Suite struct BodyMeterTests {
  private static let second: UInt64 = 1_000_000_000

  @Test func onlyWaitsUseUpTheGrace() {
    var meter = BodyMeter()
    let waits: [(UInt64, UInt64)] = [(100, 120), (500, 530), (1000, 1001)]
    let allowances = waits.map { begin, end in
      defer { meter.waitEnded(now: end) }
      return meter.waitBegins(now: begin, grace: 50, bytesPerSecond: 1)
    }
    #expect(allowances == [50, 30, 0])
  }

  @Test func bytesBuyTimeAtTheMinimumRate() {
    var meter = BodyMeter()
    meter.received(200)
    let allowances = [(0, 2 * Self.second), (2 * Self.second, 3 * Self.second)].map { begin, end in
      defer { meter.waitEnded(now: end) }
      return meter.waitBegins(now: begin, grace: Self.second, bytesPerSecond: 100)
    }
    #expect(allowances == [3 * Self.second, Self.second])
  }

  @Test func aBodyMayBeAsLargeAsItLikes() {
    var meter = BodyMeter()
    meter.received(1 << 40)
    let allowance = meter.waitBegins(now: 0, grace: 0, bytesPerSecond: 1 << 20)
    #expect(allowance == (1 << 20) * Self.second)
  }

  @Test func theNextBodyBeginsAnew() {
    var meter = BodyMeter()
    _ = meter.waitBegins(now: 0, grace: 10, bytesPerSecond: 1)
    meter.waitEnded(now: 10)
    meter.reset()
    let allowance = meter.waitBegins(now: 500, grace: 10, bytesPerSecond: 1)
    #expect(allowance == 10)
  }
}
