internal import CUV

#if canImport(Glibc)
  internal import Glibc
#endif

/// Wakes tasks at moments finer than libuv's milliseconds: one `timerfd` on Linux, watched by the loop. Elsewhere it is a
/// `uv_timer_t`, late by up to a millisecond.
///
/// For load generators and the like, which must act at the moment planned. Used on its loop only, and checks that it is.
@safe public final class PreciseTimer: @unchecked Sendable {
  private let loop: EventLoop
  private let alarm: Alarm
  private var sleepers = unsafe TimerQueue<UnsafeContinuation<Bool, Never>>()
  private var armedFor: UInt64?

  /// Throws where the system has no descriptor left. Only on `loop`, and so is everything else.
  public init(loop: EventLoop) throws(UVError) {
    self.loop = loop
    alarm = try Alarm(loop: loop)
    alarm.owner = self
  }

  /// Suspends until `deadline` (see `EventLoop.monotonicNanoseconds()`), never less. False where `wakeAll()` came first.
  /// The task's cancellation does not wake it.
  public func sleep(until deadline: UInt64, isolation: isolated (any Actor)? = #isolation) async -> Bool {
    loop.preconditionOnLoop()
    if EventLoop.monotonicNanoseconds() >= deadline { return !alarm.isClosing }
    return await unsafe withUnsafeContinuation { continuation in
      // Here, and not before: the runtime may let others go first.
      guard !alarm.isClosing else { return unsafe continuation.resume(returning: false) }
      // SAFETY: whoever takes it out of the queue resumes it, and `close` empties the queue.
      unsafe _ = sleepers.insert(deadline: deadline, continuation)
      loop.ledger.waitsBegun += 1
      arm()
    }
  }

  /// Ends every sleep at once.
  public func wakeAll() {
    wake(until: .max, finished: false)
  }

  /// Ends every sleep and gives the descriptor back. Must be called before the loop ends.
  public func close() {
    alarm.close()
    wakeAll()
  }

  private func wake(until now: UInt64, finished: Bool) {
    while let continuation = unsafe sleepers.popDue(now: now) {
      loop.ledger.waitsEnded += 1
      unsafe continuation.resume(returning: finished)
    }
  }

  fileprivate func fired() {
    armedFor = nil
    wake(until: EventLoop.monotonicNanoseconds(), finished: true)
    if unsafe sleepers.count == 0 { alarm.disarm() } else { arm() }
  }

  /// An earlier deadline re-arms; a later one waits until the alarm has fired.
  private func arm() {
    guard let deadline = unsafe sleepers.nextDeadline, armedFor.map({ deadline < $0 }) ?? true else { return }
    armedFor = deadline
    alarm.set(deadline)
  }
}

#if os(Linux)
  /// A `timerfd` that the loop polls.
  private final class Alarm: UVHandle {
    weak var owner: PreciseTimer?
    private let descriptor: Int32

    init(loop: EventLoop) throws(UVError) {
      let descriptor = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK | TFD_CLOEXEC))
      guard descriptor >= 0 else { throw .outOfFileDescriptors }
      self.descriptor = descriptor
      do throws(UVError) {
        unsafe try super.init(loop: loop) { unsafe uv_poll_init($0, $1, descriptor) }
      } catch {
        Glibc.close(descriptor)
        throw error
      }
      let result = unsafe uv_poll_start(
        memory.assumingMemoryBound(to: uv_poll_t.self),
        Int32(UV_READABLE.rawValue)
      ) { handle, _, _ in
        // SAFETY: `data` is this object until the close callback.
        unsafe Unmanaged<Alarm>.fromOpaque(handle.fromLibuv.pointee.data).takeUnretainedValue().owner?.fired()
      }
      precondition(result == 0, "a fresh timerfd can be polled")
    }

    deinit {
      Glibc.close(descriptor)
    }

    /// Setting it anew also forgets that it has fired, so nobody needs to read the descriptor.
    func set(_ deadline: UInt64) {
      var time = itimerspec()
      time.it_value.tv_sec = Int(deadline / 1_000_000_000)
      time.it_value.tv_nsec = Int(deadline % 1_000_000_000)
      let result = unsafe timerfd_settime(descriptor, Int32(TFD_TIMER_ABSTIME), &time, nil)
      precondition(result == 0, "a timerfd takes any time")
    }

    /// A descriptor that has fired would report the same moment again and again.
    func disarm() {
      set(0)
    }
  }
#else
  /// A timer of libuv's.
  private final class Alarm: UVHandle {
    weak var owner: PreciseTimer?

    init(loop: EventLoop) throws(UVError) {
      unsafe try super.init(loop: loop) { unsafe uv_timer_init($0, $1) }
    }

    func set(_ deadline: UInt64) {
      let now = EventLoop.monotonicNanoseconds()
      unsafe uv_update_time(loop.raw)
      let result = unsafe uv_timer_start(
        memory.assumingMemoryBound(to: uv_timer_t.self),
        // SAFETY: `data` is this object until the close callback.
        { unsafe Unmanaged<Alarm>.fromOpaque($0.fromLibuv.pointee.data).takeUnretainedValue().owner?.fired() },
        deadline > now ? (deadline - now + 999_999) / 1_000_000 : 0,
        0
      )
      precondition(result == 0, "a timer that is not closing can be started")
    }

    /// It fires once only.
    func disarm() {}
  }
#endif
