internal import CUV
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The loops of a process, one thread each.
public final class EventLoopGroup: Sendable {
  /// In the order of their `index`.
  public let loops: [EventLoop]
  /// Tells the groups of a process apart; each loop carries it, so that nobody has to ask the group.
  let id: Int

  private static let lastID = Atomic(0)
  /// Once for the process: uploads of 1 MiB cost a third.
  private static let allocator: Void = cuv_let_allocator_keep(8 << 20)

  /// Starts `loopCount` loops; by default one for each CPU that the process may use. Throws where the system has no
  /// threads or descriptors left.
  public init(loopCount: Int? = nil) throws(UVError) {
    // A peer that is gone must be an error of the write, not a signal that ends the process.
    _ = signal(SIGPIPE, SIG_IGN)
    _ = EventLoopGroup.allocator
    let id = EventLoopGroup.lastID.add(1, ordering: .relaxed).newValue
    var loops: [EventLoop] = []
    do throws(UVError) {
      for index in 0..<max(1, loopCount ?? EventLoopGroup.availableCPUs()) {
        loops.append(try EventLoop(index: index, groupID: id))
      }
    } catch {
      for loop in loops { loop.stopAndWait() }
      throw error
    }
    self.loops = loops
    self.id = id
  }

  /// The calling loop where it is one of these, else the first.
  public var preferredLoop: EventLoop {
    if let current = EventLoop.current, contains(current) { return current }
    return loops[0]
  }

  /// Whether `loop` is one of this group's.
  public func contains(_ loop: EventLoop) -> Bool {
    loop.groupID == id
  }

  /// Calls `report` on a loop that has let its sockets wait for `limit` or longer, once that is over: something has blocked its
  /// thread, or the thread got no CPU. Replaces what was asked for before.
  public func reportStalls(of limit: Duration, _ report: @escaping @Sendable (EventLoop, Duration) -> Void) {
    for loop in loops {
      loop.execute { loop.stallReport = StallReport(limit: limit.nanoseconds, report: report) }
    }
  }

  /// Ends every loop and joins its thread; suspends until both is done, and called again returns the same. Returns what each loop
  /// had opened and closed.
  ///
  /// Servers, clients and signal watchers that use the loops are ended before. Of a client that was not, idle connections are closed
  /// and requests on their way fail with ``ClientError/shutDown``; whatever else is open ten seconds later is a fatal error that names
  /// it. So is a call on one of these loops: its task could never go on.
  @discardableResult
  public func shutdown() async -> [LoopLedger] {
    await shutdown(patience: LoopEnding.patience)
  }

  @discardableResult
  func shutdown(patience: Duration) async -> [LoopLedger] {
    var ledgers: [LoopLedger] = []
    for loop in loops { ledgers.append(await loop.stop(patience: patience)) }
    return ledgers
  }

  /// CPUs that the scheduler's affinity mask and the cgroup's quota (version 2, `cpu.max`) leave to this process.
  public static func availableCPUs() -> Int {
    let affinity = Int(uv_available_parallelism())
    guard let quota = CgroupQuota.cpus() else { return max(1, affinity) }
    return max(1, min(affinity, quota))
  }
}

/// Who is told of an iteration that took too long; the limit in nanoseconds.
struct StallReport: Sendable {
  let limit: UInt64
  let report: @Sendable (EventLoop, Duration) -> Void
}
