import LoopHTTP
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// SIGTERM and SIGINT: the first asks for an end, and one more does not wait for it. They are watched until the process ends: a
/// repeat of the first that found their default action would take its exit status away.
enum EndSignals {
  /// Calls `stop` on `loop` at the first of them; the second ends the process at once, with the shell's status for it.
  static func watch(on loop: EventLoop, _ stop: @escaping @Sendable () -> Void) async throws(UVError) {
    let count = Count()
    try await watchEach(on: loop) {
      guard count.next() == 1 else { return false }
      stop()
      return true
    }
  }

  /// Calls `stop` on `loop` at each of them; one for which it has nothing left to stop, and gives false, ends the process.
  static func watchEach(
    on loop: EventLoop,
    _ stop: @escaping @Sendable () -> Bool
  ) async throws(UVError) {
    let pause = SignalWatcher.shortestRepeat
    _ = try await SignalWatcher.start([SIGTERM, SIGINT], on: loop, ignoringRepeatsWithin: pause) { signal in
      if !stop() { _exit(128 + signal) }
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
