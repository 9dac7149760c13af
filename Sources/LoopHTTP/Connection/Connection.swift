internal import HTTPTypes
internal import Logging

/// One client's connection: an actor that runs on the loop owning its socket, so that reading, parsing, the handler and
/// writing share one thread without a hop or a lock.
///
/// One task serves it from beginning to end. libuv's callbacks only change the stream's state and wake that task; a
/// client that leaves cancels it, and with it everything that its handler has started.
actor Connection: LoopActor {
  nonisolated let loop: EventLoop
  nonisolated let remoteAddress: SocketAddress?
  nonisolated let localAddress: SocketAddress?

  let context: ServerContext
  let server: LoopServer
  let stream: TCPStream
  /// Wakes the serving task: bytes, the end of the stream, a passed deadline, draining.
  let news: WaitPoint
  let task = RunningTask()

  var parser: MessageParser
  var head = MessageHead()
  var exchange: ExchangeState?
  var outbound: [UInt8] = []
  /// Told when `outbound` has been handed over.
  var observers: [@Sendable (Response.Outcome) -> Void] = []
  var pendingWrites = 0
  var deadline: Deadline?
  var phase = Phase.idle
  var isDraining = false
  var isTimedOut = false
  /// The route under way wants to be cancelled at the end of the client's stream.
  var cancelsWhenClientEnds = false
  /// What went wrong with the request's body; the connection cannot be used afterwards.
  var bodyFailure: HTTPError?
  var bodyMeter = BodyMeter()

  /// What the serving task is doing, for those who come from outside.
  enum Phase {
    /// Between requests, or within a head.
    case idle
    /// A handler runs or its response is being written.
    case responding
    /// The connection is being closed.
    case closing
  }

  init(stream: TCPStream, server: LoopServer, context: ServerContext) {
    self.stream = stream
    self.server = server
    self.context = context
    loop = stream.loop
    news = WaitPoint(loop: stream.loop)
    remoteAddress = stream.remoteAddress
    localAddress = stream.localAddress
    parser = MessageParser(role: .request, limits: context.configuration.limits)
  }

  /// Serves requests until either side closes. The stream is closed when this returns.
  func serve() async {
    task.begin()
    deadline = Deadline(loop: loop, owner: self)
    stream.readLimit = max(stream.readLimit, context.configuration.limits.headBytes * 2)
    stream.startReading(owner: self)
    await serveRequests()
    phase = .closing
    await linger()
    deadline?.cancel()
    stream.close()
    task.end()
  }

  private func serveRequests() async {
    do throws(WireError) {
      while try await nextHead() {
        phase = .responding
        deadline?.clear()
        let next = try await respond()
        phase = .idle
        switch next {
        case .keepAlive: break
        case .drainBody(let limit): guard await drainBody(limit: limit) else { return }
        case .close:
          await flush()
          return
        }
      }
    } catch {
      await refuse(HTTPError(.init(code: error.status), error.reason))
    }
  }

  /// Waits for a complete head; false where the connection has to end instead.
  private func nextHead() async throws(WireError) -> Bool {
    while true {
      guard !isTimedOut, phase == .idle else { return false }
      let step = try nextStep()
      switch step.event {
      case .head: return true
      case .needMore: break
      case .body, .end: preconditionFailure("a body without a head")
      }
      if stream.readState != .open {
        await flush()
        if stream.readState == .ended { _ = try parser.inputEnded() }
        return false
      }
      if isDraining, stream.inboundCount == 0 {
        await flush()
        return false
      }
      await flush()
      guard waitForHead() else { continue }
      await news.wait()
      guard await headInTime() else { return false }
    }
  }

  /// Sets the deadline that fits; false where bytes have come while the last response was being flushed.
  private func waitForHead() -> Bool {
    if parser.hasStartedHead {
      if !isHeadTimed { deadline?.set(context.headTimeout) }
      isHeadTimed = true
    } else {
      isHeadTimed = false
      deadline?.set(context.idleTimeout)
      stream.releaseIdleBuffer()
      releaseOutbound()
    }
    return true
  }

  private var isHeadTimed = false

  /// After a wake-up: a deadline that passed is answered 408 where a head had begun, else the connection just ends.
  private func headInTime() async -> Bool {
    guard isTimedOut else { return true }
    if parser.hasStartedHead { await refuse(HTTPError(.requestTimeout, "The request's head did not come in time")) }
    return false
  }

  func nextStep() throws(WireError) -> MessageParser.Step {
    let step = try stream.withInbound { (bytes) throws(WireError) in try parser.next(bytes, head: &head) }
    if step.consumed > 0 { stream.consume(step.consumed) }
    return step
  }

  private func releaseOutbound() {
    guard outbound.isEmpty, outbound.capacity > 0 else { return }
    var buffer: [UInt8] = []
    swap(&buffer, &outbound)
    loop.buffers.giveBack(buffer)
  }

  /// After an error the client may still be sending; closing at once would make the system throw the answer away
  /// (RFC 9112 §9.6). So: say that we are done, and read on for a moment.
  private func linger() async {
    guard needsLinger, stream.readState == .open else { return }
    await stream.shutdownWriting()
    isTimedOut = false
    deadline?.set(Connection.lingerNanoseconds)
    var discarded = 0
    while stream.readState == .open, !isTimedOut, discarded < Connection.lingerBytes {
      discarded += stream.inboundCount
      stream.consume(stream.inboundCount)
      await news.wait()
    }
  }

  var needsLinger = false
  /// Time for the answer to cross the network and for the client to stop.
  private static let lingerNanoseconds: UInt64 = 1_000_000_000
  /// A client that sends more than this after an error does not read.
  private static let lingerBytes = 1024 * 1024
}

extension Connection: TCPStreamOwner, DeadlineOwner {
  func streamDidChange() {
    switch stream.readState {
    case .open: break
    case .ended: if cancelsWhenClientEnds, phase == .responding { task.cancel() }
    case .failed: if phase == .responding { task.cancel() }
    }
    news.wake()
  }

  func deadlinePassed() {
    isTimedOut = true
    // A response that is not taken holds its task in a write: only closing ends that.
    if phase == .responding, isWriting { stream.close() }
    news.wake()
  }

  /// The server stops: an idle connection ends now, a busy one after its response.
  func drain() {
    isDraining = true
    news.wake()
  }

  /// The server's patience is over: whatever runs is cancelled.
  func abort() {
    phase = .closing
    task.cancel()
    isTimedOut = true
    stream.close()
    news.wake()
  }
}
