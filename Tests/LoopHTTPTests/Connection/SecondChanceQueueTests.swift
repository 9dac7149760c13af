import Testing

@testable import LoopHTTP

@Suite struct SecondChanceQueueTests {
  @Test func unusedOnesGoWhenThereAreTooManyAndNeverTheNewest() {
    var queue = SecondChanceQueue<Int>()
    var letGo: [Int] = []
    for number in 1...6 {
      let gone = queue.append(number, most: 3, looks: 4) { _ in .unused }
      #expect(!gone.contains(number))
      letGo += gone
    }
    #expect(letGo.count == 3 && Set(letGo).count == 3)
    #expect(queue.count == 3)
  }

  @Test func aUsedOneStays() {
    var queue = SecondChanceQueue<Int>()
    var letGo: [Int] = []
    for number in 1...6 { letGo += queue.append(number, most: 2, looks: 4) { $0 == 1 ? .used : .unused } }
    #expect(letGo == [2, 3, 4, 5])
    #expect(queue.count == 2)
  }

  @Test func goneOnesLeaveWithoutBeingLetGo() {
    var queue = SecondChanceQueue<Int>()
    var letGo: [Int] = []
    for number in 1...1000 { letGo += queue.append(number, most: 3, looks: 2) { $0 < number ? .gone : .unused } }
    #expect(letGo == [])
    #expect(queue.count <= 2)
  }
}
