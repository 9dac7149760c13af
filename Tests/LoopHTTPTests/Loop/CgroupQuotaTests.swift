import Testing

@testable import LoopHTTP

@Suite struct CgroupQuotaTests {
  @Test(arguments: [("50000 100000\n", 1), ("100000 100000", 1), ("150000 100000\n", 2), ("800000 100000", 8)])
  func aQuotaIsWholeCpusRoundedUp(text: String, cpus: Int) {
    #expect(CgroupQuota.parse(text) == cpus)
  }

  @Test(arguments: ["max 100000\n", "", "100000", "0 100000", "100000 0", "a b"])
  func withoutOneThereIsNoLimit(text: String) {
    #expect(CgroupQuota.parse(text) == nil)
  }
}
