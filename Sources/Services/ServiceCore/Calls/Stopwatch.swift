import LoopHTTP

/// Tells how long something takes, from the moment it is made on, by the clock that no one sets.
public struct Stopwatch: Sendable {
  private let start = EventLoop.monotonicNanoseconds()

  /// Starts now.
  public init() {}

  /// Nanoseconds since the start.
  public var nanoseconds: UInt64 { EventLoop.monotonicNanoseconds() - start }

  /// Seconds since the start.
  public var seconds: Double { Double(nanoseconds) / 1e9 }
}
