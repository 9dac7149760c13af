/// Deadlines in order: an indexed binary heap, so that cancelling one costs O(log n) and leaves nothing behind.
///
/// Pure: the caller brings the clock. Instants are nanoseconds of one monotonic clock.
struct TimerQueue<Payload> {
  /// Names one pending entry; never reused while that entry is pending, and useless afterwards.
  struct Entry: Hashable {
    fileprivate var slot: Int
    fileprivate var generation: UInt32
  }

  private struct Slot {
    var deadline: UInt64 = 0
    var order: UInt64 = 0
    var generation: UInt32 = 0
    var heapIndex = 0
    var payload: Payload?
  }

  private var slots: [Slot] = []
  private var freeSlots: [Int] = []
  private var heap: [Int] = []
  private var nextOrder: UInt64 = 0

  var count: Int { heap.count }
  var nextDeadline: UInt64? { heap.first.map { slots[$0].deadline } }

  mutating func insert(deadline: UInt64, _ payload: Payload) -> Entry {
    let slot = freeSlots.popLast() ?? slots.count
    if slot == slots.count { slots.append(Slot()) }
    slots[slot].deadline = deadline
    slots[slot].order = nextOrder
    slots[slot].payload = payload
    nextOrder += 1
    heap.append(slot)
    siftUp(heap.count - 1)
    return Entry(slot: slot, generation: slots[slot].generation)
  }

  /// The entry's payload, or nil where it has already been taken or removed.
  mutating func remove(_ entry: Entry) -> Payload? {
    guard slots[entry.slot].generation == entry.generation, slots[entry.slot].payload != nil else { return nil }
    return removeFromHeap(at: slots[entry.slot].heapIndex)
  }

  /// The earliest entry whose deadline has come, or nil. Entries of one deadline come out in the order they went in.
  mutating func popDue(now: UInt64) -> Payload? {
    guard let first = heap.first, slots[first].deadline <= now else { return nil }
    return removeFromHeap(at: 0)
  }

  private mutating func removeFromHeap(at index: Int) -> Payload? {
    let slot = heap[index]
    let last = heap.removeLast()
    if last != slot {
      heap[index] = last
      slots[last].heapIndex = index
      siftDown(index)
      siftUp(slots[last].heapIndex)
    }
    slots[slot].generation &+= 1
    freeSlots.append(slot)
    return slots[slot].payload.take()
  }

  private func precedes(_ left: Int, _ right: Int) -> Bool {
    (slots[left].deadline, slots[left].order) < (slots[right].deadline, slots[right].order)
  }

  private mutating func siftUp(_ start: Int) {
    var index = start
    let slot = heap[index]
    while index > 0, precedes(slot, heap[(index - 1) / 2]) {
      let parent = (index - 1) / 2
      place(heap[parent], at: index)
      index = parent
    }
    place(slot, at: index)
  }

  private mutating func siftDown(_ start: Int) {
    var index = start
    let slot = heap[index]
    while true {
      var child = 2 * index + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, precedes(heap[child + 1], heap[child]) { child += 1 }
      guard precedes(heap[child], slot) else { break }
      place(heap[child], at: index)
      index = child
    }
    place(slot, at: index)
  }

  private mutating func place(_ slot: Int, at index: Int) {
    heap[index] = slot
    slots[slot].heapIndex = index
  }
}
