import ServiceCore
import Testing

struct DurationTextTests {
  @Test(arguments: [
    ("1ns", 1), ("2us", 2e3), ("2µs", 2e3), ("2μs", 2e3), ("100ms", 1e8), ("1.5s", 1.5e9), (".5s", 5e8), ("2m", 120e9),
    ("1h", 3600e9), ("1d", 86_400e9), ("1m30s", 90e9), ("1h0m0.25s", 3600.25e9), ("0s", 0),
  ])
  func `A number and its unit, or several, are so many nanoseconds`(text: String, nanoseconds: Double) {
    #expect(DurationText.nanoseconds(text) == nanoseconds)
  }

  @Test(arguments: ["", "5", "s", "ms", "-1s", "+1s", "1 s", "1s ", "1x", "1.2.3s", ".s", "1e3s", "infs", "٣s", "1S"])
  func `Anything else is no duration`(text: String) {
    #expect(DurationText.nanoseconds(text) == nil)
  }
}
