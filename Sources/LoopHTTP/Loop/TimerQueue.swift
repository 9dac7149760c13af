/// Deadlines in order: a heap of nodes with four children each, which lie side by side, so that moving one down touches a
/// cache line or two a level even among a hundred thousand.
///
/// A removed entry's payload goes at once; its node stays until it is the first, or until such nodes are the most.
///
/// Pure: the caller brings the clock. Instants are nanoseconds of one monotonic clock.
struct TimerQueue<Payload> {
  /// Names one pending entry; never reused while that entry is pending, and useless afterwards.
  struct Entry: Hashable {
    fileprivate var slot: UInt32
    fileprivate var generation: UInt32
  }

  private struct Node {
    var deadline: UInt64
    var order: UInt64
    var entry: Entry

    @inline(__always)
    func precedes(_ other: Node) -> Bool {
      deadline < other.deadline || (deadline == other.deadline && order < other.order)
    }
  }

  private struct Slot {
    var generation: UInt32 = 0
    var payload: Payload?
  }

  /// The first node, if there is one, is that of a pending entry.
  private var heap: [Node] = []
  private var slots: [Slot] = []
  private var freeSlots: [UInt32] = []
  private var nextOrder: UInt64 = 0

  /// Pending entries.
  var count: Int { slots.count - freeSlots.count }
  var nextDeadline: UInt64? { heap.first?.deadline }
  /// Nodes in use, those of removed entries included.
  var nodeCount: Int { heap.count }

  mutating func insert(deadline: UInt64, _ payload: Payload) -> Entry {
    let slot = freeSlots.popLast() ?? UInt32(slots.count)
    if slot == slots.count { slots.append(Slot()) }
    slots[Int(slot)].payload = payload
    let entry = Entry(slot: slot, generation: slots[Int(slot)].generation)
    heap.append(Node(deadline: deadline, order: nextOrder, entry: entry))
    nextOrder += 1
    siftUp(heap.count - 1)
    return entry
  }

  /// The entry's payload, or nil where it has already been taken or removed.
  mutating func remove(_ entry: Entry) -> Payload? {
    guard Self.isPending(entry, in: slots) else { return nil }
    let payload = release(entry)
    if heap.count > 2 * count + TimerQueue.abandonedNodes { removeAbandonedNodes() }
    removeAbandonedFirst()
    return payload
  }

  /// The earliest entry whose deadline has come, or nil. Entries of one deadline come out in the order they went in.
  mutating func popDue(now: UInt64) -> Payload? {
    guard let first = heap.first, first.deadline <= now else { return nil }
    removeFirst()
    let payload = release(first.entry)
    removeAbandonedFirst()
    return payload
  }

  /// So few nodes without an entry are never worth a sweep.
  private static var abandonedNodes: Int { 64 }

  private static func isPending(_ entry: Entry, in slots: [Slot]) -> Bool {
    slots[Int(entry.slot)].generation == entry.generation && slots[Int(entry.slot)].payload != nil
  }

  private mutating func release(_ entry: Entry) -> Payload? {
    slots[Int(entry.slot)].generation &+= 1
    freeSlots.append(entry.slot)
    return slots[Int(entry.slot)].payload.take()
  }

  private mutating func removeAbandonedFirst() {
    while let first = heap.first, !Self.isPending(first.entry, in: slots) { removeFirst() }
  }

  private mutating func removeAbandonedNodes() {
    heap.removeAll { [slots] in !Self.isPending($0.entry, in: slots) }
    guard heap.count > 1 else { return }
    // From the last node that has a child.
    for index in stride(from: (heap.count - 2) / 4, through: 0, by: -1) { siftDown(index) }
  }

  private mutating func removeFirst() {
    let last = heap.removeLast()
    guard !heap.isEmpty else { return }
    heap[0] = last
    siftDown(0)
  }

  private mutating func siftUp(_ start: Int) {
    var nodes = heap.mutableSpan
    var index = start
    let node = nodes[index]
    while index > 0 {
      let parent = (index - 1) / 4
      guard node.precedes(nodes[parent]) else { break }
      nodes[index] = nodes[parent]
      index = parent
    }
    nodes[index] = node
  }

  private mutating func siftDown(_ start: Int) {
    var nodes = heap.mutableSpan
    var index = start
    let node = nodes[index]
    while true {
      let firstChild = 4 * index + 1
      guard firstChild < nodes.count else { break }
      var least = firstChild
      for child in (firstChild + 1)..<min(firstChild + 4, nodes.count) where nodes[child].precedes(nodes[least]) {
        least = child
      }
      guard nodes[least].precedes(node) else { break }
      nodes[index] = nodes[least]
      index = least
    }
    nodes[index] = node
  }
}
