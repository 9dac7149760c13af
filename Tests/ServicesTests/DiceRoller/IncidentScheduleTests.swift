import Telemetry
import Testing

@testable import DiceRoller

@Suite struct IncidentScheduleTests {
  /// Schedules of every kind, the odd ones included.
  private static var schedules: [IncidentSchedule] {
    let lengths: [(period: UInt64, length: UInt64)] = [
      (2, 1), (1000, 1), (1000, 999), (60_000_000_000, 10_000_000_000), (365 * 86_400 * 1_000_000_000, 1_000_000),
    ]
    return lengths.flatMap { period, length in
      [0, 1, 42, .max].map { IncidentSchedule(period: period, length: length, seed: $0) }
    }
  }

  @Test(arguments: schedules)
  func `Each period has one incident, of the full length and within the period`(schedule: IncidentSchedule) {
    for number in 1...50 {
      let interval = schedule.interval(of: number)
      let period = UInt64(number - 1) * schedule.period..<UInt64(number) * schedule.period
      #expect(UInt64(interval.count) == schedule.length)
      #expect(interval.clamped(to: period) == interval)
    }
  }

  @Test(arguments: schedules)
  func `An incident is under way from its first nanosecond to its last`(schedule: IncidentSchedule) {
    for number in 1...50 {
      let interval = schedule.interval(of: number)
      #expect(schedule.number(at: interval.lowerBound) == number)
      #expect(schedule.number(at: interval.upperBound - 1) == number)
      #expect(schedule.number(at: interval.upperBound) != number)
      if interval.lowerBound > 0 { #expect(schedule.number(at: interval.lowerBound - 1) != number) }
    }
  }

  private func places(_ seed: UInt64) -> [Double] {
    let schedule = IncidentSchedule(period: 1_000_000, length: 1, seed: seed)
    return (1...10_000).map { Double(schedule.interval(of: $0).lowerBound % schedule.period) / 999_999 }
  }

  @Test func `A seed repeats its incidents, and neighbours have others`() {
    #expect(places(7) == places(7))
    let (one, other) = (places(7), places(8))
    #expect(zip(one, other).count(where: ==) < 10)
    #expect(zip(one.dropFirst(), other).count(where: ==) < 10)
  }

  @Test func `An incident is anywhere in its period with the same probability`() {
    for tenth in 0..<10 {
      let count = places(42).count { Int($0 * 10) == tenth }
      // Binomial, with a standard deviation of 30: five of them.
      #expect(abs(count - 1000) < 150)
    }
  }

  @Test func `Incidents take the share of the time that was asked for`() {
    let schedule = IncidentSchedule(period: 60_000, length: 9_000, seed: 42)
    var random = Xoshiro256(seed: 1)
    let count = (0..<100_000).count { _ in
      schedule.number(at: .random(in: 0..<1_000_000 * schedule.period, using: &random)) != nil
    }
    // Binomial, with a standard deviation of 113: five of them.
    #expect(abs(count - 15_000) < 565)
  }
}
