import LoopHTTP
import Testing

@testable import Traffic

struct RunTimesTests {
  private static func times(warmUp: Double, seconds: Double?) throws -> RunTimes {
    let target = TrafficSettings.Target.url(try ClientURL("http://localhost"))
    let model = TrafficSettings.Model.closed(users: 1, maximumRolls: 1, thinkTime: 0...0)
    var settings = TrafficSettings(target: target, model: model, seed: 1)
    settings.warmUpSeconds = warmUp
    settings.seconds = seconds
    return RunTimes(begin: 7, settings)
  }

  @Test func `What is measured begins behind the warm-up and lasts as long as was asked for`() throws {
    let times = try Self.times(warmUp: 1.5, seconds: 10)
    #expect(times.measuredFrom == 1_500_000_007)
    #expect(times.end == 11_500_000_007)
    #expect(times.lastSending == 16_500_000_007)
  }

  @Test func `A run without an end is never too late to send`() throws {
    let times = try Self.times(warmUp: 0, seconds: nil)
    #expect(times.end == nil)
    #expect(times.lastSending == .max)
  }
}
