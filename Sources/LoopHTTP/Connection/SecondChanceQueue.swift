/// Elements in the order they came, of which those that nobody used of late are let go when there are too many. Pure.
///
/// It is the page-replacement algorithm of that name (or "clock"): using an element costs its user one flag, and only
/// adding one looks at others.
struct SecondChanceQueue<Element> {
  /// What is found at an element.
  enum State {
    /// It is of no use any more.
    case gone
    /// It was used since the last look.
    case used
    case unused
  }

  private var elements: [Element] = []
  private var start = 0

  var count: Int { elements.count - start }

  /// Adds `element` and looks at the `looks` oldest: one that is gone goes, an unused one is let go where there are more
  /// than `most`, and any other counts as the newest. Returns those that were let go.
  mutating func append(_ element: Element, most: Int, looks: Int, state: (Element) -> State) -> [Element] {
    elements.append(element)
    var letGo: [Element] = []
    for _ in 0..<min(looks, count - 1) {
      let oldest = elements[start]
      start += 1
      switch state(oldest) {
      case .gone: break
      case .unused where count >= most: letGo.append(oldest)
      case .used, .unused: elements.append(oldest)
      }
    }
    if start * 2 > elements.count {
      elements.removeFirst(start)
      start = 0
    }
    return letGo
  }
}
