/// Something of a loop that has to do with the end of an iteration, when it has asked for it.
protocol IterationObserver: AnyObject, Sendable {
  /// On the loop, before it waits for I/O.
  func iterationEnds()
}
