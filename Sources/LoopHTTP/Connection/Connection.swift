internal import HTTPTypes
internal import Logging
internal import Synchronization

/// One client's connection: an actor that runs on the loop owning its socket, so that reading, parsing, the handler and
/// writing share one thread without a hop or a lock.
///
/// One task serves it from beginning to end, and waits for whatever has to be waited for. What needs no waiting is done in
/// libuv's callbacks: a request to a synchronous handler is answered where its bytes arrive, without the task. A client that
/// leaves cancels the task, and with it everything that its handler has started.
actor Connection: LoopActor {
  nonisolated let loop: EventLoop
  nonisolated let remoteAddress: SocketAddress?
  nonisolated let localAddress: SocketAddress?

  let context: ConnectionContext
  let shared: LoopShared<SharedState>
  let owner: any ConnectionOwner
  let stream: TCPStream
  /// Wakes the serving task: bytes, the end of the stream, a passed deadline, draining.
  let news: WaitPoint
  let task = RunningTask()

  let reader: Owned<RequestReader>
  /// Told when `stream.outbound` has been handed over.
  var observers: [@Sendable (Response.Outcome) -> Void] = []
  var pendingWrites = 0
  var isFlushPlanned = false
  /// For what the client sends: the next head, the rest of one, some of a body.
  let deadline: Deadline
  /// For the client to take some of what is sent, while the body of its request may have a deadline of its own; made when a
  /// write first has to wait.
  var writeDeadline: Deadline?
  /// When it was accepted; monotonic nanoseconds.
  private let acceptedAt: UInt64
  var phase = Phase.idle
  var isDraining = false
  /// The server's patience was over while the client was still there. Any thread may ask, so it is atomic.
  nonisolated var abortion: Abortion { abortionCell.load(ordering: .relaxed) }
  private nonisolated let abortionCell = Atomic(Abortion.none)
  /// The limit of the handler that runs, where there is one.
  private var handlerTimer: TimerEntry?
  /// How far the answer has come that was given for a handler which has taken too long and not come back yet.
  private var lateAnswer: Progress?
  /// The route under way wants to be cancelled at the end of the client's stream.
  var cancelsWhenClientEnds = false
  /// It wants to be cancelled when the server begins to drain.
  var cancelsWhenDraining = false
  /// What went wrong with the request's body; the connection cannot be used afterwards.
  var bodyFailure: HTTPError?
  var bodyMeter = BodyMeter()
  /// The streamed body that is being produced.
  var bodyStream: BodyStream?
  /// Where in `stream.outbound` the head of that body's response stands, as long as it has not left.
  var heldHead: Int?
  /// Bytes that the client had yet to take when `writeDeadline` was set.
  var untakenBytes = 0

  /// Why the server has given an exchange up, which ends its connection.
  enum Abortion: UInt8, AtomicRepresentable {
    case none
    /// The time of the server's drain is over; or has begun, where the route wants no more.
    case shutdown
    /// The handler has taken too long.
    case handlerTimeout
  }

  /// What the serving task is doing, for those who come from outside.
  enum Phase {
    /// Between requests, or within a head.
    case idle
    /// A handler runs or its response is being written.
    case responding
    /// Idle for so long that it has no serving task.
    case parked
    /// The connection is being closed.
    case closing
  }

  init(
    stream: TCPStream,
    owner: any ConnectionOwner,
    shared: LoopShared<SharedState>,
    context: ConnectionContext
  ) {
    self.stream = stream
    self.owner = owner
    self.shared = shared
    self.context = context
    loop = stream.loop
    acceptedAt = stream.loop.iterationStart
    news = WaitPoint(loop: stream.loop)
    deadline = Deadline(loop: stream.loop)
    remoteAddress = stream.remoteAddress
    localAddress = stream.localAddress
    reader = Owned(RequestReader(limits: context.limits))
  }

  /// Serves requests until either side closes, and closes the stream; or until the connection is parked, which is when it
  /// returns false.
  func serve() async -> Bool {
    task.begin()
    defer { task.end() }
    if deadline.owner == nil {
      deadline.owner = self
      stream.readLimit = max(stream.readLimit, context.limits.readAheadBytes)
      stream.startReading(owner: self)
    }
    await serveRequests()
    guard phase != .parked else { return false }
    phase = .closing
    await linger()
    end()
    return true
  }

  /// After an error, an answer to a request that was not read to its end, or a last answer with more requests behind it, the
  /// client may still be sending; closing with bytes unread would make the system throw the answer away (RFC 9112 §9.6). So: say
  /// that we are done, and read on for a moment.
  private func linger() async {
    guard needsLinger || reader.value.parser.framing != nil || stream.inboundCount > 0, canReceive else { return }
    await stream.shutdownWriting()
    deadline.set(Connection.lingerNanoseconds)
    var discarded = 0
    while canReceive, !isLate, discarded < Connection.lingerBytes {
      discarded += stream.inboundCount
      stream.consume(stream.inboundCount)
      await news.wait()
    }
  }

  /// What the client was to send has not come in time.
  var isLate: Bool { deadline.hasPassed }

  /// Whether bytes can still come; a stream that this side closed reports nothing more.
  var canReceive: Bool { stream.readState == .open && !stream.isClosing }

  /// The task waits for bytes of a head, and not for those of a body.
  var isAtRest = false
  /// What a callback has left to the task.
  var left: Result<Wait, WireError>?
  /// The head in progress has its deadline.
  var isHeadTimed = false
  var needsLinger = false
  /// The serving task is asked to leave an idle connection alone.
  var isToBeParked = false
  /// A request has come since the server last looked.
  var wasUsed = false
  /// Time for the answer to cross the network and for the client to stop.
  private static let lingerNanoseconds: UInt64 = 1_000_000_000
  /// A client that sends more than this after an error does not read.
  private static let lingerBytes = 1024 * 1024
}

extension Connection: TCPStreamOwner, DeadlineOwner {
  nonisolated func streamDidChange() {
    onLoop { $0.readMore() }
  }

  nonisolated func deadlinePassed() {
    onLoop { $0.giveUpWaiting() }
  }

  private func readMore() {
    if phase == .parked { return unpark() }
    switch stream.readState {
    case .open: return bytesArrived()
    case .ended: if phase == .responding { cancelsWhenClientEnds ? task.cancel() : stream.watchForReset() }
    case .failed: if phase == .responding { task.cancel() }
    }
    news.wake()
  }

  private func giveUpWaiting() {
    if phase == .parked { return endParked() }
    if isWriting, !stream.isClosing, writeDeadline?.hasPassed == true {
      if stream.untakenBytes < untakenBytes { return expectProgress() }
      // Answers that are not taken hold the task in a write, between requests too: only closing ends that.
      stream.close()
    }
    news.wake()
  }

  /// The time of the handler that is about to be called.
  func limitHandler(of request: Request) {
    let ownLimit = context.routes.options[request.endpointIndex].handlerTimeout?.nanoseconds
    guard let limit = ownLimit ?? context.timeouts.handler, let timers = loop.timers else { return }
    handlerTimer = timers.schedule(
      at: EventLoop.monotonicNanoseconds() + limit,
      HandlerTimer(connection: self, request: request)
    )
  }

  /// The handler has come back, perhaps from a cancelled task; not nil where its request has been answered without it.
  func handlerCameBack() -> Progress? {
    task.noteCancellation()
    if let timer = handlerTimer.take() { loop.timers?.cancel(timer) }
    return lateAnswer.take()
  }

  /// The client need not wait for a handler that does not heed its cancellation.
  fileprivate func giveUpHandler(of request: Request) {
    handlerTimer = nil
    abortionCell.store(.handlerTimeout, ordering: .relaxed)
    task.cancel()
    lateAnswer = begin(errorResponse(to: request, HTTPError(.serviceUnavailable, "The request took too long")))
    _ = flushAtOnce()
  }

  /// The server stops: an idle connection ends now, a busy one after its response, and a new one after its first or when
  /// none has come in time.
  func drain() {
    isDraining = true
    if phase == .responding, cancelsWhenDraining { stopForDrain() }
    guard phase == .parked else { return news.wake() }
    timeForFirstRequest > 0 ? unpark() : endParked()
  }

  /// Whatever runs is cancelled for the server's end; what it still has to say can be sent.
  func stopForDrain() {
    if !task.isCancelled, !stream.isClosing { abortionCell.store(.shutdown, ordering: .relaxed) }
    task.cancel()
  }

  /// Nanoseconds that the first request may yet take to come although the server stops; 0 where it has come.
  var timeForFirstRequest: UInt64 {
    guard reader.value.exchange == nil else { return 0 }
    let end = acceptedAt + Connection.firstRequestNanoseconds
    return end - min(end, loop.iterationStart)
  }

  /// Who connects has something to ask and does so at once: time for a distant client, and for a packet that was lost, which
  /// is sent again after a second (RFC 6298 §2.1). Whoever takes longer keeps a connection in store.
  private static let firstRequestNanoseconds: UInt64 = 2_000_000_000

  /// The server's patience is over: whatever runs is cancelled.
  func abort() {
    if phase == .parked { return endParked() }
    phase = .closing
    stopForDrain()
    stream.close()
    news.wake()
  }

  /// Nothing is left in the loop's timers, and nothing of the socket.
  func end() {
    deadline.cancel()
    writeDeadline?.cancel()
    stream.close()
  }
}

/// The end of a handler's time, as a timer's target.
private final class HandlerTimer: TimerTarget {
  private let connection: Connection
  private let request: Request

  init(connection: Connection, request: Request) {
    self.connection = connection
    self.request = request
  }

  func timerFired() {
    connection.onLoop { [request] in $0.giveUpHandler(of: request) }
  }
}
