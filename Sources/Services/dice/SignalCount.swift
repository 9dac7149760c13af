import Synchronization

/// How many signals have come.
final class SignalCount: Sendable {
  private let count = Atomic<Int>(0)

  /// Counts one more, and gives the number of it, from 1.
  func next() -> Int {
    count.add(1, ordering: .relaxed).newValue
  }
}
