/// Who waits for a turn, first come, first served, and who of them gives up. No step takes longer in a longer line. Pure.
struct WaitingLine<Waiter> {
  private var waiters: [Int: Waiter] = [:]
  /// Their ids in the order they came; from `first` on, and also of those that have given up.
  private var order: [Int] = []
  private var first = 0

  var count: Int { waiters.count }
  var isEmpty: Bool { waiters.isEmpty }

  /// `waiter` comes last; its `id` must not be in the line.
  mutating func append(_ waiter: Waiter, id: Int) {
    if order.count >= 2 * waiters.count + 16 { forgetGone() }
    waiters[id] = waiter
    order.append(id)
  }

  /// Whoever has waited longest leaves the line; nil where nobody waits.
  mutating func popFirst() -> Waiter? {
    while first < order.count {
      let id = order[first]
      first += 1
      if let waiter = waiters.removeValue(forKey: id) { return waiter }
    }
    return nil
  }

  /// The waiter gives up; false where it does not wait.
  mutating func remove(id: Int) -> Bool {
    waiters.removeValue(forKey: id) != nil
  }

  private mutating func forgetGone() {
    order = order[first...].filter { waiters[$0] != nil }
    first = 0
  }
}
