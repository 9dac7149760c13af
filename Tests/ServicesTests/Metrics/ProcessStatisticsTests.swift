import Testing

@testable import Telemetry

@Suite struct ProcessStatisticsTests {
  private let units = ProcessStatistics.Units(ticksPerSecond: 100, bytesPerPage: 4096)
  private let limits = """
    Limit                     Soft Limit           Hard Limit           Units
    Max cpu time              unlimited            unlimited            seconds
    Max open files            1024                 524288               files

    """

  @Test func fieldsAreFoundBehindACommandWithBlanksAndParentheses() {
    let stat = """
      42 (di) ce (x) S 1 42 42 0 -1 4194560 1000 0 0 0 250 50 7 7 20 0 5 0 12345 104857600 2560 18446744073709551615
      """
    let process = ProcessStatistics(stat: stat, limits: limits, openFileDescriptors: 9, units: units)
    #expect(process.cpuSeconds == 3)
    #expect(process.startTimeSecondsAfterBoot == 123.45)
    #expect(process.virtualMemoryBytes == 104_857_600)
    #expect(process.residentMemoryBytes == 10_485_760)
    #expect(process.openFileDescriptors == 9)
    #expect(process.maximumFileDescriptors == 1024)
  }

  @Test(arguments: ["", "42", "42 (dice", "42 (dice) S 1 2"])
  func brokenTextGivesNoValues(stat: String) {
    let process = ProcessStatistics(stat: stat, limits: "", openFileDescriptors: nil, units: units)
    #expect(process.cpuSeconds == nil && process.virtualMemoryBytes == nil && process.maximumFileDescriptors == nil)
  }

  @Test func unlimitedFilesAreInfinite() {
    let text = "Max open files            unlimited            unlimited            files\n"
    let process = ProcessStatistics(stat: "", limits: text, openFileDescriptors: nil, units: units)
    #expect(process.maximumFileDescriptors == .infinity)
  }

  @Test func theBootTimeIsInTheSystemsStat() {
    #expect(ProcessStatistics.bootTimeSeconds(systemStat: "cpu 1 2\nbtime 1700000000\nx 1\n") == 1_700_000_000)
    #expect(ProcessStatistics.bootTimeSeconds(systemStat: "cpu 1 2\n") == nil)
  }

  #if os(Linux)
    @Test func thisProcessHasAllValues() throws {
      let process = ProcessStatistics.current()
      #expect(try #require(process.residentMemoryBytes) > 1_000_000)
      #expect(try #require(process.openFileDescriptors) >= 3)
      #expect(try #require(process.startTimeSecondsAfterBoot) > 0)
      #expect(try #require(process.maximumFileDescriptors) >= 3)
      #expect(process.cpuSeconds != nil && process.virtualMemoryBytes != nil)
      #expect(try #require(ProcessStatistics.bootTimeSeconds()) > 1_000_000_000)
    }
  #endif
}
