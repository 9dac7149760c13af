import Testing

@testable import DiceRoller

@Suite struct IncidentSettingsTests {
  private static let example = "every=60s,for=10s,error-rate=0.5,delay=2s,seed=42"

  @Test func `Settings are what is written`() throws {
    let settings = try IncidentSettings(Self.example)
    #expect(settings.schedule == IncidentSchedule(period: 60_000_000_000, length: 10_000_000_000, seed: 42))
    #expect(settings.errorRate == 0.5)
    #expect(settings.delay == .seconds(2))
  }

  @Test func `Their order means nothing`() throws {
    let reversed = Self.example.split(separator: ",").reversed().joined(separator: ",")
    #expect(try IncidentSettings(reversed) == IncidentSettings(Self.example))
  }

  @Test func `Either of the two effects is enough`() throws {
    let failing = try IncidentSettings("every=1m30s,for=500ms,error-rate=1")
    #expect((failing.errorRate, failing.delay) == (1, .zero))
    let slow = try IncidentSettings("every=1m30s,for=500ms,delay=1.5s")
    #expect((slow.errorRate, slow.delay) == (0, .milliseconds(1500)))
    #expect(slow.schedule.period == 90_000_000_000)
  }

  @Test func `Without a seed each run has its own`() throws {
    let seeds = try (0..<10).map { _ in try IncidentSettings("every=1m,for=1s,delay=1s").schedule.seed }
    #expect(Set(seeds).count > 1)
  }

  @Test(arguments: [
    ("", "''"), ("every=60s,for=10s,delay=2s,", "''"), ("evry=60s", "'evry'"),
    ("every=60s;for=10s", "'every'"), ("every=60s,every=60s,for=1s,delay=1s", "'every'"), ("every,for=1s", "'every'"),
    ("for=10s,delay=2s", "'every'"), ("every=60,for=10s,delay=2s", "'every'"), ("every=400d,for=10s", "'every'"),
    ("every=60s,delay=2s", "'for'"), ("every=60s,for=,delay=2s", "'for'"), ("every=60s,for=0s,delay=2s", "'for'"),
    ("every=60s,for=-1s,delay=2s", "'for'"), ("every=60s,for=60s,delay=2s", "'for'"),
    ("every=60s,for=10s", "'error-rate' or 'delay'"), ("every=60s,for=10s,seed=1", "'error-rate' or 'delay'"),
    ("every=60s,for=10s,error-rate=0", "'error-rate'"), ("every=60s,for=10s,error-rate=1.1", "'error-rate'"),
    ("every=60s,for=10s,error-rate=nan", "'error-rate'"), ("every=60s,for=10s,error-rate=50%", "'error-rate'"),
    ("every=60s,for=10s,delay=2", "'delay'"), ("every=60s,for=10s,delay=1e99d", "'delay'"),
    ("every=60s,for=10s,delay=2s,seed=-1", "'seed'"), ("every=60s,for=10s,delay=2s,seed=x", "'seed'"),
    ("every=60s,for=10s,delay=2s,seed=18446744073709551616", "'seed'"),
  ])
  func `What makes no sense is refused by its key`(text: String, named: String) throws {
    let fault = try #require(throws: IncidentSettingsFault.self) { try IncidentSettings(text) }
    #expect(fault.reason.hasPrefix(named), "\(fault.reason)")
  }
}
