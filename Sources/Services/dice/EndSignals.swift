import LoopHTTP
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// SIGTERM and SIGINT: the first asks for an end, a second one does not wait for it.
enum EndSignals {
  /// Calls `stop` on `loop` at the first of them; the second ends the process at once, with the shell's status for it.
  static func watch(on loop: EventLoop, _ stop: @escaping @Sendable () -> Void) async throws(UVError) -> SignalWatcher {
    let count = Count()
    return try await SignalWatcher.start([SIGTERM, SIGINT], on: loop) { signal in
      // Nor for what was printed: see `endProcess`.
      if count.next() > 1 { _exit(128 + signal) }
      stop()
    }
  }

  /// How many have come.
  private final class Count: Sendable {
    private let count = Atomic<Int>(0)

    /// Counts one more, and gives the number of it, from 1.
    func next() -> Int {
      count.add(1, ordering: .relaxed).newValue
    }
  }
}
