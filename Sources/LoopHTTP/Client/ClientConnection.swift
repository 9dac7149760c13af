internal import HTTPTypes

/// One connection of the pool, on its loop: one exchange at a time.
actor ClientConnection: LoopActor, TCPStreamOwner, DeadlineOwner {
  nonisolated let loop: EventLoop
  nonisolated let id: Int
  nonisolated let origin: ClientURL.Origin

  let stream: TCPStream
  private let remoteAddress: SocketAddress?
  private let userAgent: String
  /// The value of `Host`.
  private let host: String
  private weak var pool: LoopClient?
  private let news: WaitPoint
  private var parser: MessageParser
  /// Of the last response, which shares it.
  private(set) var head = CopyOnWrite(MessageHead())
  var outbound: [UInt8] = []
  /// How much of `outbound` the system has taken.
  var sentCount = 0
  /// The body that is being produced.
  var openBody: OpenBody?
  private var isBusy = false
  /// A request was not written to its end: it could not be, or its answer had come before.
  var isCutShort = false
  /// The last request said that it is the last.
  private var isLastExchange = false
  /// Something of the answer has come.
  private var answerBegan = false
  /// All of it has.
  private var isAnswerComplete = false
  private var bodyLimit = 0
  private var idleDeadline: Deadline?
  private let idleNanoseconds: UInt64
  /// Whether it has answered before: only then may a silent end mean that the server had given up on it.
  private(set) var isReused = false

  init(
    stream: TCPStream,
    id: Int,
    origin: ClientURL.Origin,
    pool: LoopClient,
    configuration: ClientConfiguration
  ) {
    self.stream = stream
    self.id = id
    self.origin = origin
    self.pool = pool
    loop = stream.loop
    news = WaitPoint(loop: stream.loop)
    remoteAddress = stream.remoteAddress
    userAgent = configuration.userAgent
    host = origin.description
    idleNanoseconds = configuration.idleTimeout.nanoseconds
    parser = MessageParser(role: .response, limits: configuration.limits)
    stream.readLimit = max(stream.readLimit, configuration.limits.readAheadBytes)
  }

  func start() {
    idleDeadline = Deadline(loop: loop, owner: self)
    stream.startReading(owner: self)
  }

  /// The system has taken the whole request.
  private var isSent: Bool { !isCutShort && openBody == nil && sentCount == outbound.count }

  /// Nothing stands in the way of another exchange.
  private var isReusable: Bool {
    isSent && !isLastExchange && !stream.isClosing && stream.readState == .open && stream.inboundCount == 0
      && parser.isBetweenMessages && head.value.keepsAlive
  }

  /// Ends the connection, and with it the exchange in progress; may be called again.
  func close() {
    idleDeadline?.cancel()
    openBody = nil
    stream.close()
    news.wake()
  }

  /// After an exchange: true where the connection is good for another, and keeps watch for the server's end meanwhile;
  /// else it is closed.
  func endExchange(mayStay: Bool) -> Bool {
    guard mayStay, isReusable else {
      close()
      return false
    }
    becomeIdle()
    return true
  }

  private func becomeIdle() {
    isBusy = false
    stream.releaseIdleBuffers()
    idleDeadline?.set(idleNanoseconds)
  }

  nonisolated func deadlinePassed() {
    onLoop { if !$0.isBusy { $0.endIdle() } }
  }

  nonisolated func streamDidChange() {
    onLoop { connection in
      if connection.isBusy {
        connection.news.wake()
      } else {
        // The server has closed it, or speaks without being asked.
        connection.endIdle()
      }
    }
  }

  /// Leaves the pool; where that is gone, because nobody shut its client down, only the connection is left to close.
  private func endIdle() {
    guard let pool else { return close() }
    pool.onLoop { $0.idleConnectionEnded(self) }
  }

  /// Sends `request` and collects its response. Afterwards `isReusable` tells whether the connection may go on.
  func exchange(_ request: ClientRequest) async throws(ClientError) -> ClientResponse {
    let response = try await begin(request)
    var body: [UInt8] = []
    // Most bodies come in one piece, which need not be copied.
    while let piece = try await nextPiece() { if body.isEmpty { body = piece } else { body += piece } }
    return response.completed(body, trailers)
  }

  /// Sends `request` and waits for the head of its response; `nextPiece` then has the content.
  func begin(_ request: ClientRequest) async throws(ClientError) -> ClientResponse {
    try prepare(request)
    beginSending()
    return try await answerHead(to: request)
  }

  /// Writes the request, without a body that is to be produced, for somebody to send.
  func prepare(_ request: ClientRequest, _ body: ProducedBody? = nil) throws(ClientError) {
    isBusy = true
    idleDeadline?.clear()
    sentCount = 0
    do throws(WireError) {
      outbound.removeAll(keepingCapacity: true)
      try request.write(to: &outbound, host: host, userAgent: userAgent, body)
    } catch {
      throw .invalidRequest(error.reason)
    }
    openBody = body.map { OpenBody(length: $0.length) }
    parser.expectResponse(toHead: request.method == .head, toConnect: request.method == .connect)
    isLastExchange = request.closesConnection
    bodyLimit = request.responseBodyLimit
  }

  /// The head of the response to the request that was prepared.
  func answerHead(to request: ClientRequest) async throws(ClientError) -> ClientResponse {
    defer { isReused = true }
    do throws(WireError) {
      try await readHead()
    } catch {
      throw clientError(error)
    }
    // A reader of the content need not ask for what cannot be there.
    if request.method != .connect { isAnswerComplete = parser.endWithoutContent() }
    return ClientResponse(head, remoteAddress: remoteAddress)
  }

  /// The next bytes of the response's content; nil at its end. Suspends until some are there.
  func nextPiece() async throws(ClientError) -> [UInt8]? {
    do throws(WireError) {
      return try await readPiece()
    } catch {
      throw clientError(error)
    }
  }

  /// What came behind the content; nil before its end and without any.
  var trailers: MessageTrailers? { isAnswerComplete ? parser.trailers : nil }

  private func clientError(_ error: WireError) -> ClientError {
    switch error {
    case .bodyTooLarge: .bodyTooLarge(limit: bodyLimit)
    case .truncated: .connectionClosed(answerBegan ? .answering : isReused ? .stale : .sent)
    default: .malformedResponse(error.reason)
    }
  }

  private func readHead() async throws(WireError) {
    answerBegan = false
    isAnswerComplete = false
    while true {
      let step = try stream.withInbound { (bytes) throws(WireError) in try parser.next(bytes, head: &head.value) }
      stream.consume(step.consumed)
      switch step.event {
      case .head:
        answerBegan = true
        guard head.value.status >= 200 else { continue }
        parser.setBodyLimit(bodyLimit)
        return stopSendingIfRefused()
      case .end: break  // of an interim response
      case .body: preconditionFailure("a body without a head")
      case .needMore:
        answerBegan = answerBegan || parser.hasStartedHead
        guard canReceive else { throw .truncated }
        await news.wait()
      }
    }
  }

  private func readPiece() async throws(WireError) -> [UInt8]? {
    while !isAnswerComplete {
      let step = try stream.withInbound { (bytes) throws(WireError) in try parser.next(bytes, head: &head.value) }
      if case .body(let range) = step.event { return stream.takeInbound(range, consuming: step.consumed) }
      stream.consume(step.consumed)
      switch step.event {
      case .end: isAnswerComplete = true
      case .needMore:
        if stream.readToTake() { continue }
        if canReceive {
          await news.wait()
        } else {
          guard !stream.isClosing, stream.readState == .ended, try parser.inputEnded() == .end else { throw .truncated }
          isAnswerComplete = true
        }
      case .head, .body: preconditionFailure("a head within a body")
      }
    }
    return nil
  }

  /// Whether bytes can still come.
  private var canReceive: Bool { stream.readState == .open && !stream.isClosing }
}
