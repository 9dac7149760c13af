import Testing

@testable import LoopHTTP

@Suite struct TimerQueueTests {
  @Test func entriesComeOutByDeadlineAndThenByAge() {
    var queue = TimerQueue<String>()
    for (deadline, name) in [(30, "c"), (10, "a1"), (20, "b"), (10, "a2")] as [(UInt64, String)] {
      _ = queue.insert(deadline: deadline, name)
    }
    #expect(queue.nextDeadline == 10)
    #expect(queue.popDue(now: 9) == nil)
    var names: [String] = []
    while let name = queue.popDue(now: 25) { names.append(name) }
    #expect(names == ["a1", "a2", "b"])
    #expect(queue.count == 1)
  }

  @Test func aRemovedEntryLeavesNothingBehindAndItsNameIsDead() {
    var queue = TimerQueue<Int>()
    let entry = queue.insert(deadline: 5, 1)
    #expect(queue.remove(entry) == 1)
    #expect(queue.remove(entry) == nil)
    let next = queue.insert(deadline: 6, 2)
    #expect(queue.remove(entry) == nil)
    #expect(queue.remove(next) == 2)
    #expect(queue.count == 0 && queue.nextDeadline == nil)
  }

  @Test func entriesThatAreRemovedByTheThousandDoNotPileUp() {
    var queue = TimerQueue<Int>()
    let first = queue.insert(deadline: 1, -1)
    for id in 0..<100_000 {
      let entry = queue.insert(deadline: UInt64(10 + id), id)
      #expect(queue.remove(entry) == id)
    }
    #expect(queue.nodeCount < 100)
    #expect(queue.remove(first) == -1)
    #expect(queue.count == 0 && queue.nextDeadline == nil)
  }

  @Test func anyNumberOfEntriesCanBeRemovedTheLatestFirst() {
    for count in 1...200 {
      var queue = TimerQueue<Int>()
      let entries = (0..<count).map { queue.insert(deadline: UInt64($0), $0) }
      #expect(entries.reversed().map { queue.remove($0) } == (0..<count).reversed())
      #expect(queue.nodeCount == 0)
    }
  }

  @Test func whatIsLeftOfManyComesOutInOrder() {
    var generator = SplitMix(state: 1)
    for left in 1...100 {
      var queue = TimerQueue<UInt64>()
      let entries = (0..<300).map { _ in
        let deadline = generator.next() % 1000
        return (deadline, queue.insert(deadline: deadline, deadline))
      }
      let kept = entries.shuffled(using: &generator)
      for (_, entry) in kept.dropFirst(left) { _ = queue.remove(entry) }
      #expect(queue.nodeCount < 300)
      var deadlines: [UInt64] = []
      while let deadline = queue.popDue(now: .max) { deadlines.append(deadline) }
      #expect(deadlines == kept.prefix(left).map(\.0).sorted())
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func randomInsertsRemovalsAndPopsAgreeWithASortedList(seed: UInt64) {
    var generator = SplitMix(state: seed)
    var queue = TimerQueue<Int>()
    var model: [(deadline: UInt64, id: Int, entry: TimerQueue<Int>.Entry)] = []
    for id in 0..<2400 {
      switch generator.next() % (id < 1800 ? 6 : 3) {
      case 0 where !model.isEmpty:
        let gone = model.remove(at: Int(generator.next() % UInt64(model.count)))
        #expect(queue.remove(gone.entry) == gone.id)
      case 1:
        let now = UInt64(id) / 4
        let due = model.indices.filter { model[$0].deadline <= now }
        let first = due.min { (model[$0].deadline, model[$0].id) < (model[$1].deadline, model[$1].id) }
        #expect(queue.popDue(now: now) == first.map { model.remove(at: $0).id })
      default:
        let deadline = UInt64(id) / 4 + generator.next() % 500
        model.append((deadline, id, queue.insert(deadline: deadline, id)))
      }
      #expect(queue.nextDeadline == model.map(\.deadline).min())
    }
    var ids: [Int] = []
    while let id = queue.popDue(now: .max) { ids.append(id) }
    #expect(ids == model.sorted { ($0.deadline, $0.id) < ($1.deadline, $1.id) }.map(\.id))
  }
}

/// The generator of Steele, Lea and Flood: enough for tests that must repeat.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
