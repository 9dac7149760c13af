public import LoopHTTP

/// Makes random trace and span ids without a system call and, on a loop, without a lock.
public final class IDGenerator: Sendable {
  private let generator: LoopLocal<Xoshiro256>

  /// A generator with a state for each loop of `group`, and one for other threads.
  public init(group: EventLoopGroup? = nil) {
    generator = LoopLocal(group: group) { Xoshiro256() }
  }

  /// A new trace's id: all 16 bytes random, so it may carry the flag `random`.
  public func makeTraceID() -> TraceID {
    generator.withValue { random in
      // A zero half makes no invalid id as long as the other is not zero.
      TraceID(high: random.next(), low: random.nextNonZero())
    }
  }

  /// A new span's id.
  public func makeSpanID() -> SpanID {
    generator.withValue { SpanID(rawValue: $0.nextNonZero()) }
  }
}
