import Testing

@testable import Telemetry

@Suite struct FewFirstTableTests {
  @Test func everyKeyHasItsOwnValueHoweverManyThereAre() {
    var table = FewFirstTable<[String], Int>()
    for number in 0..<20 { table.keep(number, for: ["die \(number)", "success"]) }
    #expect(table.count == 20)
    for number in 0..<20 { #expect(table.find(["die \(number)", "success"]) == number) }
    #expect(table.find(["die 1", "error"]) == nil)
  }
}
