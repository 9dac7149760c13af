internal import Synchronization

/// One value for each loop of a group, used on that loop without any lock; other threads share one more, behind a mutex.
///
/// For counters, buffers and generators that a request touches: no loop ever waits for another.
@safe public final class LoopLocal<Value: Sendable>: @unchecked Sendable {
  private let group: EventLoopGroup?
  private let groupID: Int
  // SAFETY: slot i is touched only on the thread of loop i; the memory lives as long as this object.
  private let slots: UnsafeMutablePointer<Value>
  private let count: Int
  private let shared: Mutex<Value>

  /// Makes every value at once. Without a group there is only the shared one.
  public init(group: EventLoopGroup?, _ make: () -> Value) {
    self.group = group
    groupID = group?.id ?? 0
    count = group?.loops.count ?? 0
    unsafe slots = .allocate(capacity: max(1, count))
    for index in 0..<count { unsafe (slots + index).initialize(to: make()) }
    shared = Mutex(make())
  }

  deinit {
    unsafe slots.deinitialize(count: count)
    unsafe slots.deallocate()
  }

  /// The calling thread's value. `body` must not use this object again.
  @inlinable
  public func withValue<Result>(_ body: (inout Value) -> Result) -> Result {
    guard let slot = unsafe currentSlot() else { return withShared(body) }
    return unsafe body(&slot.pointee)
  }

  /// The calling thread's slot; nil where it is none of the group's loops.
  @usableFromInline
  func currentSlot() -> UnsafeMutablePointer<Value>? {
    guard let index = CurrentLoop.index(inGroup: groupID) else { return nil }
    return unsafe slots + index
  }

  @usableFromInline
  func withShared<Result>(_ body: (inout Value) -> Result) -> Result {
    shared.withLock { value in
      // SAFETY: the result does not leave the calling thread before the lock does.
      nonisolated(unsafe) let result = body(&value)
      return unsafe result
    }
  }

  /// Visits every value, each on its own loop as long as that has not ended, and the shared one; suspends until all were visited.
  public func collect<Result: Sendable>(_ body: @escaping @Sendable (inout Value) -> Result) async -> [Result] {
    var results = [withShared(body)]
    for loop in group?.loops ?? [] {
      if loop.enter() {
        results.append(await loop.run { unsafe body(&self.slots[loop.index]) })
        loop.leave()
      } else {
        // SAFETY: that thread has ended; others that come for its value are kept apart by the lock.
        results.append(withShared { _ in unsafe body(&self.slots[loop.index]) })
      }
    }
    return results
  }
}
