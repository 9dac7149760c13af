import Testing

@testable import LoopHTTP

@Suite struct BodyMeterTests {
  private static let second: UInt64 = 1_000_000_000

  @Test func graceCountsFromTheFirstWait() {
    var meter = BodyMeter()
    let allowances = [100, 120, 151].map { meter.allowance(now: $0, grace: 50, bytesPerSecond: 1) }
    #expect(allowances == [50, 30, 0])
  }

  @Test func bytesBuyTimeAtTheMinimumRate() {
    var meter = BodyMeter()
    _ = meter.allowance(now: 0, grace: Self.second, bytesPerSecond: 100)
    meter.received(200)
    let allowances = [0, 2 * Self.second].map { meter.allowance(now: $0, grace: Self.second, bytesPerSecond: 100) }
    #expect(allowances == [3 * Self.second, Self.second])
  }

  @Test func aBodyMayBeAsLargeAsItLikes() {
    var meter = BodyMeter()
    _ = meter.allowance(now: 0, grace: 0, bytesPerSecond: 1 << 20)
    meter.received(1 << 40)
    let allowance = meter.allowance(now: 0, grace: 0, bytesPerSecond: 1 << 20)
    #expect(allowance == (1 << 20) * Self.second)
  }

  @Test func theNextBodyBeginsAnew() {
    var meter = BodyMeter()
    _ = meter.allowance(now: 0, grace: 10, bytesPerSecond: 1)
    meter.reset()
    let allowance = meter.allowance(now: 500, grace: 10, bytesPerSecond: 1)
    #expect(allowance == 10)
  }
}
