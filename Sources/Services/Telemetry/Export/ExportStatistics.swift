import Synchronization

/// What the export of one signal of a service came to so far: what the exporter's own metrics show.
public final class ExportStatistics: Sendable {
  /// The counts at one moment.
  public struct Snapshot: Sendable, Hashable {
    /// Records that wait, those of the export on its way among them.
    public var queued = 0
    /// Records that were delivered.
    public var exported = 0
    /// Records that found the queue full.
    public var dropped = 0
    /// Records that were refused for good or could not be sent.
    public var failed = 0
    /// Attempts after the first, over all exports.
    public var retries = 0
    /// When an export last succeeded, in seconds since 1970; nil before the first.
    public var lastSuccess: Double?

    /// Nothing yet.
    public init() {}
  }

  private let counts = Mutex(Snapshot())
  private let droppedCount = Atomic<Int>(0)
  private let queued = Mutex<@Sendable () -> Int>({ 0 })

  /// Nothing yet.
  public init() {}

  /// The present counts.
  public var snapshot: Snapshot {
    var snapshot = counts.withLock { $0 }
    snapshot.dropped = droppedCount.load(ordering: .relaxed)
    snapshot.queued = queued.withLock { $0 }()
    return snapshot
  }

  /// Says where the records wait: asked at each `snapshot`, so that who adds one has nothing to note.
  func readQueued(from count: @escaping @Sendable () -> Int) { queued.withLock { $0 = count } }

  func addDropped() { droppedCount.add(1, ordering: .relaxed) }
  func addRetry() { counts.withLock { $0.retries += 1 } }

  /// Counts a batch of `count` spans that is done with.
  func add(_ result: ExportResult, count: Int, at seconds: Double) {
    counts.withLock {
      switch result {
      case .delivered(let rejected):
        $0.exported += count - min(rejected, count)
        $0.failed += min(rejected, count)
        $0.lastSuccess = seconds
      case .dropped, .undelivered:
        $0.failed += count
      }
    }
  }
}
