import LoopHTTP
import Testing

@testable import Traffic

struct ProgressLineTests {
  @Test(arguments: [(99, "max 1.00 s"), (100, "p99 1.00 s")])
  func `The newest latency has its name: a percentile where the requests are enough`(count: Int, told: String) throws {
    let target = TrafficSettings.Target.url(try ClientURL("http://localhost"))
    let model = TrafficSettings.Model.closed(users: 1, maximumRolls: 1, thinkTime: 0...0)
    var record = LoadRecord()
    for index in 0..<count {
      // Over two intervals of half a second.
      let due = UInt64(index % 2) * 600_000_000
      record.record(
        RequestResult(
          kind: .target,
          outcome: .answered(status: 200),
          departure: .spontaneous,
          due: due,
          sent: due,
          finished: due + 1_000_000_000,
          trace: nil
        ),
        begin: 0
      )
    }
    let times = RunTimes(begin: 0, TrafficSettings(target: target, model: model, seed: 1))
    #expect(ProgressLine(record: record, times: times, now: 0, rate: 1).text.hasSuffix(" · \(told)"))
  }
}
