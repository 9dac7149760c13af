internal import HTTPTypes
internal import Logging

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

  let context: ServerContext
  let server: LoopServer
  let stream: TCPStream
  /// Wakes the serving task: bytes, the end of the stream, a passed deadline, draining.
  let news: WaitPoint
  let task = RunningTask()

  let reader: Owned<RequestReader>
  /// Told when `stream.outbound` has been handed over.
  var observers: [@Sendable (Response.Outcome) -> Void] = []
  var pendingWrites = 0
  var isFlushPlanned = false
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
    /// Idle for so long that it has no serving task.
    case parked
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
    reader = Owned(RequestReader(limits: context.configuration.limits))
  }

  /// Serves requests until either side closes, and closes the stream; or until the connection is parked, which is when it
  /// returns false.
  func serve() async -> Bool {
    task.begin()
    defer { task.end() }
    if deadline == nil {
      deadline = Deadline(loop: loop, owner: self)
      stream.readLimit = max(stream.readLimit, context.configuration.limits.headBytes * 2)
      stream.startReading(owner: self)
    }
    await serveRequests()
    guard phase != .parked else { return false }
    phase = .closing
    await linger()
    deadline?.cancel()
    stream.close()
    return true
  }

  /// Only what has to be waited for is awaited here; the rest is plain calls, because each return of an asynchronous one
  /// costs a look at the task's executors.
  private func serveRequests() async {
    do throws(WireError) {
      while left != nil || (phase == .idle && !isTimedOut) {
        switch try nextWait() {
        case .bytes: guard try await waitForBytes() else { return }
        case .handler(let endpoint, let request, let isInWork):
          let progress: Progress
          do {
            progress = begin(try await endpoint.respond(to: request))
          } catch {
            progress = begin(errorResponse(to: request, error))
          }
          guard await complete(progress, isInWork: isInWork) else { return }
        case .client(let progress, let isInWork):
          guard await complete(progress, isInWork: isInWork) else { return }
        }
      }
    } catch {
      await refuse(HTTPError(.init(code: error.status), error.reason))
    }
  }

  private func nextWait() throws(WireError) -> Wait {
    guard let wait = left.take() else { return try answerArrived() }
    return try wait.get()
  }

  /// In a callback of the loop, while the task waits for bytes: answers what has come. What has to be waited for is left to the
  /// task.
  private func bytesArrived() {
    guard isAtRest, !isTimedOut, news.isAwaited else { return news.wake() }
    do throws(WireError) {
      let wait = try answerArrived()
      if case .bytes = wait, flushAtOnce(), try mayWait() { return }
      left = .success(wait)
    } catch {
      left = .failure(error)
    }
    news.wake()
  }

  /// The task waits for bytes of a head, and not for those of a body.
  private var isAtRest = false
  /// What a callback has left to the task.
  private var left: Result<Wait, WireError>?

  /// What a connection waits for.
  private enum Wait {
    /// The rest of a head.
    case bytes
    case handler(Endpoint, Request, isInWork: Bool)
    /// A response is not written to its end, or its request not read to it, or nothing follows.
    case client(Progress, isInWork: Bool)
  }

  /// Answers the requests that have come, up to the first that something has to be waited for.
  private func answerArrived() throws(WireError) -> Wait {
    while try takeHead() {
      phase = .responding
      wasUsed = true
      deadline?.clear()
      try beginExchange()
      let isInWork = server.beginRequest()
      let request = Request(reader.value.contents, on: self)
      let endpoint = isInWork ? request.endpointIndex : context.routes.overloaded
      let progress: Progress
      do {
        guard let response = try context.routes.immediate[endpoint](request) else {
          flushBeforeWaiting()
          return .handler(context.routes.endpoints[endpoint], request, isInWork: isInWork)
        }
        progress = begin(response)
      } catch {
        progress = begin(errorResponse(to: request, error))
      }
      guard case .ended(.keepAlive) = progress else { return .client(progress, isInWork: isInWork) }
      endRequest(isInWork)
    }
    return .bytes
  }

  /// Ends an exchange whose response has come so far; false where the connection ends with it.
  private func complete(_ progress: Progress, isInWork: Bool) async -> Bool {
    let next: ExchangeState.NextAction
    switch progress {
    case .ended(let action): next = action
    case .waitsForBody(let response): next = await finish(response)
    case .waitsForClient: next = await finish()
    case .unsendable(let response): next = await replaceUnsendable(response)
    }
    endRequest(isInWork)
    switch next {
    case .keepAlive: return true
    case .drainBody(let limit): return await drainBody(limit: limit)
    case .close:
      await flush()
      return false
    }
  }

  private func endRequest(_ isInWork: Bool) {
    if isInWork { server.endRequest() }
    phase = .idle
  }

  /// Hands over what is written and waits for more of a head; false where the connection ends.
  private func waitForBytes() async throws(WireError) -> Bool {
    guard flushAtOnce() else {
      await flush()  // meanwhile bytes may have come
      return true
    }
    guard try mayWait() else { return false }
    isAtRest = true
    await news.wait()
    isAtRest = false
    if left != nil { return true }
    if isTimedOut {
      await headTimedOut()
      return false
    }
    return !(isToBeParked && park())
  }

  /// Whether the bytes that have come complete a head.
  private func takeHead() throws(WireError) -> Bool {
    guard stream.inboundCount > 0 else { return false }
    switch try nextStep().event {
    case .head: return true
    case .needMore: return false
    case .body, .end: preconditionFailure("a body without a head")
    }
  }

  /// Whether more bytes can come and are wanted; sets the deadline for them.
  private func mayWait() throws(WireError) -> Bool {
    guard stream.readState == .open, !stream.isClosing else {
      if stream.readState == .ended { _ = try reader.value.parser.inputEnded() }
      return false
    }
    if isDraining, stream.inboundCount == 0 { return false }
    setHeadDeadline()
    return true
  }

  private func setHeadDeadline() {
    if reader.value.parser.hasStartedHead {
      if !isHeadTimed { deadline?.set(context.headTimeout) }
      isHeadTimed = true
    } else {
      isHeadTimed = false
      deadline?.set(context.idleTimeout)
      stream.releaseIdleBuffers()
    }
  }

  private var isHeadTimed = false

  /// A deadline that passed is answered 408 where a head had begun, else the connection just ends.
  private func headTimedOut() async {
    guard reader.value.parser.hasStartedHead else { return }
    await refuse(HTTPError(.requestTimeout, "The request's head did not come in time"))
  }

  func nextStep() throws(WireError) -> MessageParser.Step {
    let step = try stream.withInbound { (bytes) throws(WireError) in try reader.value.next(bytes) }
    if step.consumed > 0 { stream.consume(step.consumed) }
    return step
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
    case .ended: if cancelsWhenClientEnds, phase == .responding { task.cancel() }
    case .failed: if phase == .responding { task.cancel() }
    }
    news.wake()
  }

  private func giveUpWaiting() {
    if phase == .parked { return endParked() }
    isTimedOut = true
    // A response that is not taken holds its task in a write: only closing ends that.
    if phase == .responding, isWriting { stream.close() }
    news.wake()
  }

  /// The server stops: an idle connection ends now, a busy one after its response.
  func drain() {
    if phase == .parked { return endParked() }
    isDraining = true
    news.wake()
  }

  /// The server's patience is over: whatever runs is cancelled.
  func abort() {
    if phase == .parked { return endParked() }
    phase = .closing
    task.cancel()
    isTimedOut = true
    stream.close()
    news.wake()
  }
}
