/// An array whose elements leave their room behind: to forget them all is one store, where `removeAll(keepingCapacity:)` takes
/// ninety instructions. For what every message fills anew.
struct ReusableArray<Element: BitwiseCopyable & Sendable>: Sendable {
  /// The elements, and behind them what has been forgotten.
  private var storage: [Element] = []
  private(set) var count = 0

  @inline(__always)
  mutating func removeAll() {
    count = 0
  }

  @inline(__always)
  mutating func append(_ element: Element) {
    if count < storage.count {
      storage[count] = element
    } else {
      storage.append(element)
    }
    count += 1
  }
}

extension ReusableArray: RandomAccessCollection {
  var startIndex: Int { 0 }
  var endIndex: Int { count }

  @inline(__always)
  subscript(index: Int) -> Element {
    precondition(index < count)
    return storage[index]
  }
}
