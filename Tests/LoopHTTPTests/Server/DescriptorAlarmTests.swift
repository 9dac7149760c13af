import Testing

@testable import LoopHTTP

@Suite struct DescriptorAlarmTests {
  @Test func theLastDescriptorIsToldOnce() {
    var alarm = DescriptorAlarm()
    let told = [97, 98, 99, 98, 99, 99].map { alarm.isLast($0, limit: 100) }
    #expect(told == [false, false, true, false, false, false])
  }

  @Test func itIsToldAgainWhenManyWereFreeInBetween() {
    var alarm = DescriptorAlarm()
    let told = [99, 87, 99, 86, 99].map { alarm.isLast($0, limit: 100) }
    #expect(told == [true, false, false, false, true])
  }

  @Test func aLimitThatSinksIsNoticed() {
    var alarm = DescriptorAlarm()
    let told = [(20, 100), (20, 21), (30, 21)].map { alarm.isLast($0.0, limit: $0.1) }
    #expect(told == [false, true, false])
  }
}
