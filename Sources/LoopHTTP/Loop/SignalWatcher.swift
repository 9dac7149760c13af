internal import CUV

/// Signals of the process, as calls on a loop.
@safe public final class SignalWatcher: Sendable {
  private let loop: EventLoop
  private let watches: [Watch]

  /// Two of a kind that are no further apart than this are one: timeout(1) sends its signal to a process and to the process's
  /// group, and nobody presses Ctrl-C again so soon.
  public static let shortestRepeat = Duration.milliseconds(100)

  /// Calls `handler` with the signal's number on `loop` each time one of `signals` arrives, until `stop()`; not for one that is the
  /// same as the last and comes within `pause` of it. Throws where one of them cannot be watched, such as `SIGKILL`; then none is.
  public static func start(
    _ signals: [Int32],
    on loop: EventLoop,
    ignoringRepeatsWithin pause: Duration = .zero,
    _ handler: @escaping @Sendable (Int32) -> Void
  ) async throws(UVError) -> SignalWatcher {
    let result: Result<SignalWatcher, UVError> = await loop.run {
      var watches: [Watch] = []
      do throws(UVError) {
        for signal in signals { watches.append(try Watch(loop: loop, signal: signal, pause, handler)) }
        return .success(SignalWatcher(loop: loop, watches: watches))
      } catch {
        for watch in watches { watch.close() }
        return .failure(error)
      }
    }
    return try result.get()
  }

  private init(loop: EventLoop, watches: [Watch]) {
    self.loop = loop
    self.watches = watches
  }

  /// No call comes afterwards; the signals have their default action again.
  public func stop() async {
    await loop.run { for watch in self.watches { watch.close() } }
  }

  /// Unchecked, because it is used on its loop only, and checks that it is.
  private final class Watch: UVHandle, @unchecked Sendable {
    private let pause: UInt64
    private let handler: @Sendable (Int32) -> Void
    /// When one was last told; monotonic nanoseconds.
    private var last: UInt64?

    init(
      loop: EventLoop,
      signal: Int32,
      _ pause: Duration,
      _ handler: @escaping @Sendable (Int32) -> Void
    ) throws(UVError) {
      self.pause = pause.nanoseconds
      self.handler = handler
      unsafe try super.init(loop: loop) { unsafe uv_signal_init($0, $1) }
      let result = unsafe uv_signal_start(
        memory.assumingMemoryBound(to: uv_signal_t.self),
        { handle, signal in
          // SAFETY: `data` is this object until the close callback.
          unsafe Unmanaged<Watch>.fromOpaque(handle.fromLibuv.pointee.data).takeUnretainedValue().arrived(signal)
        },
        signal
      )
      if result < 0 {
        close()
        throw UVError(code: result)
      }
    }

    private func arrived(_ signal: Int32) {
      let now = EventLoop.monotonicNanoseconds()
      if let last, now - last < pause { return }
      last = now
      handler(signal)
    }
  }
}
