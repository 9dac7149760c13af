import Testing

@testable import LoopHTTP

@Suite struct PoolStateTests {
  private typealias Pool = PoolState<String, String>

  @Test func connectionsAreOpenedToTheLimitAndThenCallersWait() {
    var pool = Pool(connectionLimit: 2, waiterLimit: 1)
    let told = (1...4).map { pool.acquisition($0) }
    #expect(told == ["open", "open", "wait", "refuse"])
  }

  @Test func theConnectionUsedLastIsUsedFirst() {
    var pool = Pool(connectionLimit: 2, waiterLimit: 1)
    for caller in 1...2 { _ = pool.acquisition(caller) }
    _ = pool.release(id: 1, "a")
    _ = pool.release(id: 2, "b")
    let told = (3...4).map { pool.acquisition($0) }
    #expect(told == ["use b", "use a"])
  }

  @Test func aFreeConnectionGoesToWhoeverWaitsLongest() {
    var pool = Pool(connectionLimit: 1, waiterLimit: 2)
    for caller in 1...3 { _ = pool.acquisition(caller) }
    guard case .handOver("a", "caller 2") = pool.release(id: 1, "a") else {
      Issue.record("not handed over")
      return
    }
    guard case .letOpen("caller 3") = pool.connectionEnded() else {
      Issue.record("nobody may open")
      return
    }
  }

  @Test func aConnectionThatEndsWhileNobodyWaitsMakesRoom() {
    var pool = Pool(connectionLimit: 1, waiterLimit: 0)
    for caller in 1...3 {
      let told = pool.acquisition(caller)
      #expect(told == "open")
      guard case .nothing = pool.connectionEnded() else {
        Issue.record("nobody waits")
        return
      }
      #expect(pool.isUnused)
    }
  }

  @Test func aCallerThatGivesUpIsForgotten() {
    var pool = Pool(connectionLimit: 1, waiterLimit: 1)
    for caller in 1...2 { _ = pool.acquisition(caller) }
    let removals = (1...2).map { _ in pool.removeWaiter(id: 2) }
    #expect(removals == [true, false])
    let told = pool.acquisition(3)
    #expect(told == "wait")
  }

  @Test func whatIsGoneMakesRoomAndTheLastLeavesThePoolUnused() {
    var pool = Pool(connectionLimit: 1, waiterLimit: 1)
    _ = pool.acquisition(1)
    _ = pool.release(id: 1, "a")
    #expect(pool.idleConnections == ["a"])
    let removals = (1...2).map { _ in pool.removeIdle(id: 1) }
    #expect(removals == [true, false])
    #expect(pool.isUnused)
    let told = pool.acquisition(2)
    #expect(told == "open" && !pool.isUnused)
  }
}

extension PoolState<String, String> {
  /// What caller `number` is told, as text.
  fileprivate mutating func acquisition(_ number: Int) -> String {
    switch acquire(waiterID: number, "caller \(number)") {
    case .use(let connection): "use \(connection)"
    case .open: "open"
    case .wait: "wait"
    case .refuse: "refuse"
    }
  }
}
