import Testing

@testable import LoopHTTP

@Suite struct WaitingLineTests {
  @Test func whoeverHasWaitedLongestLeavesFirst() {
    var line = line(of: 3)
    #expect(line.takeAll() == [0, 1, 2])
    #expect(line.isEmpty)
  }

  @Test func whoeverGivesUpIsSkippedWhereverItStands() {
    var line = line(of: 5)
    let given = [0, 2, 4, 2, 7].map { line.remove(id: $0) }
    #expect(given == [true, true, true, false, false])
    #expect(line.count == 2)
    #expect(line.takeAll() == [1, 3])
  }

  /// Those that left and those that gave up are forgotten now and then; the order is kept.
  @Test func aLongLifeKeepsTheOrder() {
    var line = WaitingLine<Int>()
    var expected: [Int] = []
    for id in 0..<1000 {
      line.append(id, id: id)
      expected.append(id)
      if id.isMultiple(of: 3) {
        let first = line.popFirst()
        #expect(first == expected.removeFirst())
      }
      if id.isMultiple(of: 7), let middle = expected.dropFirst(expected.count / 2).first {
        let isRemoved = line.remove(id: middle)
        #expect(isRemoved)
        expected.removeAll { $0 == middle }
      }
    }
    #expect(line.takeAll() == expected)
  }

  private func line(of count: Int) -> WaitingLine<Int> {
    var line = WaitingLine<Int>()
    for id in 0..<count { line.append(id, id: id) }
    return line
  }
}

extension WaitingLine<Int> {
  fileprivate mutating func takeAll() -> [Int] {
    var all: [Int] = []
    while let next = popFirst() { all.append(next) }
    return all
  }
}
