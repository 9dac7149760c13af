/// A connection to whichever of a name's addresses answers first (RFC 8305 §5): they are tried in their order, the next one as soon
/// as one has failed, or has been silent for a while, and is then still waited for. Used on its loop only.
final class ConnectionRace: TimerTarget {
  private final class Attempt {
    let stream: TCPStream
    var timer: TimerEntry?

    init(stream: TCPStream) {
      self.stream = stream
    }
  }

  private let loop: EventLoop
  private let timeout: UInt64
  private let delay: UInt64
  private var untried: ArraySlice<SocketAddress>
  private var attempts: [Attempt] = []
  private var nextStart: TimerEntry?
  private var whenDone: (() -> Void)?
  /// The connection, which the caller closes, or why the last address could not be had: `cancelled` where its time was up.
  private(set) var result: Result<TCPStream, UVError>?

  /// What RFC 8305 §5 recommends. A lost SYN is sent again only after a second (RFC 6298 §2), which nobody should wait for.
  static let attemptDelay = Duration.milliseconds(250)

  /// - Parameters:
  ///   - addresses: At least one.
  ///   - timeout: How long each of them has.
  ///   - delay: How long the next one waits for it.
  ///   - whenDone: Called once, perhaps within `begin`, and not after `cancel`.
  init(
    to addresses: [SocketAddress],
    on loop: EventLoop,
    timeout: Duration,
    delay: Duration = ConnectionRace.attemptDelay,
    whenDone: @escaping () -> Void
  ) {
    self.loop = loop
    self.timeout = timeout.nanoseconds
    self.delay = delay.nanoseconds
    untried = addresses[...]
    self.whenDone = whenDone
  }

  /// In which order to try what the system has found. It has ordered a family by the nearest address (RFC 6724, rule 9), by
  /// which one of several replicas would get every connection: chance spreads those it prefers. Then the families take turns
  /// (RFC 8305 §4), so that one that is silent holds up the other by one delay.
  static func order(of addresses: [SocketAddress]) -> [SocketAddress] {
    let preferred = addresses.prefix { $0.isIPv6 == addresses[0].isIPv6 }
    let ordered = preferred.shuffled() + addresses.dropFirst(preferred.count)
    let families = [true, false].map { isFirst in ordered.filter { ($0.isIPv6 == ordered[0].isIPv6) == isFirst } }
    return ordered.indices.flatMap { turn in families.compactMap { turn < $0.count ? $0[turn] : nil } }
  }

  func begin() {
    tryNext()
  }

  /// Ends all attempts, and the connection if there is one. The result is then not to be used.
  func cancel() {
    whenDone = nil
    if case .success(let stream) = result { stream.close() }
    end(.failure(.cancelled))
  }

  func timerFired() {
    nextStart = nil
    tryNext()
  }

  private func tryNext() {
    withdraw(&nextStart)
    guard let address = untried.popFirst() else { return }
    if !untried.isEmpty { nextStart = schedule(after: delay, self) }
    do throws(UVError) {
      let attempt = Attempt(stream: try TCPStream(loop: loop))
      attempts.append(attempt)
      attempt.timer = schedule(after: timeout, StreamCloser(stream: attempt.stream))
      attempt.stream.startConnecting(to: address) { self.ended(attempt, $0) }
    } catch {
      failed(error)
    }
  }

  private func ended(_ attempt: Attempt, _ outcome: Result<Void, UVError>) {
    withdraw(&attempt.timer)
    attempts.removeAll { $0 === attempt }
    guard result == nil else { return attempt.stream.close() }
    switch outcome {
    case .success where !attempt.stream.isClosing: end(.success(attempt.stream))
    case .success: failed(.cancelled)
    case .failure(let error):
      attempt.stream.close()
      failed(error)
    }
  }

  private func failed(_ error: UVError) {
    if untried.isEmpty, attempts.isEmpty { end(.failure(error)) } else { tryNext() }
  }

  private func end(_ result: Result<TCPStream, UVError>) {
    self.result = result
    withdraw(&nextStart)
    untried = []
    for attempt in attempts { attempt.stream.close() }
    whenDone.take()?()
  }

  private func schedule(after duration: UInt64, _ target: any TimerTarget) -> TimerEntry? {
    loop.timers?.schedule(at: EventLoop.monotonicNanoseconds() + duration, target)
  }

  private func withdraw(_ timer: inout TimerEntry?) {
    if let entry = timer.take() { loop.timers?.cancel(entry) }
  }
}

/// Ends a connection attempt whose address does not answer.
private final class StreamCloser: TimerTarget {
  private let stream: TCPStream

  init(stream: TCPStream) {
    self.stream = stream
  }

  func timerFired() {
    stream.close()
  }
}
