import LoopHTTP
import Synchronization

/// The time of spans: one wall-clock anchor plus the monotonic clock, so that no span ends before it began and no child
/// leaves its parent when the wall clock steps.
///
/// Spans keep the anchor of their local root. The anchor itself follows the wall clock only through `follow()`, so that
/// a corrected clock or a suspended machine shows in new traces and never inside one.
public final class SpanClock: Sendable {
  /// The clock of this process, which all its tracers share so that their spans fit each other.
  public static let process = SpanClock()

  /// What to add to the monotonic clock's nanoseconds to get nanoseconds since 1970.
  typealias Anchor = UInt64

  private let monotonic: @Sendable () -> UInt64
  private let wall: @Sendable () -> UInt64
  private let currentAnchor: Atomic<Anchor>

  /// A clock on the system's clocks.
  public convenience init() {
    self.init(
      monotonic: { EventLoop.monotonicNanoseconds() },
      wall: { EventLoop.wallClockNanoseconds() }
    )
  }

  /// A clock on the given sources, both in nanoseconds.
  init(monotonic: @escaping @Sendable () -> UInt64, wall: @escaping @Sendable () -> UInt64) {
    self.monotonic = monotonic
    self.wall = wall
    currentAnchor = Atomic(wall() &- monotonic())
  }

  /// The anchor for a new local root.
  var anchor: Anchor { currentAnchor.load(ordering: .relaxed) }

  /// Nanoseconds since 1970 on that anchor's time line.
  func now(_ anchor: Anchor) -> UInt64 {
    anchor &+ monotonic()
  }

  /// A moment given in wall-clock nanoseconds, moved to the anchor's time line.
  func time(ofWall nanoseconds: UInt64, on anchor: Anchor) -> UInt64 {
    now(anchor) &- (wall() &- nanoseconds)
  }

  /// Takes a new anchor when the wall clock has left the present one by more than a second.
  public func follow() {
    let present = wall() &- monotonic()
    let drift = Int64(bitPattern: present &- anchor)
    if drift.magnitude > 1_000_000_000 { currentAnchor.store(present, ordering: .relaxed) }
  }
}
