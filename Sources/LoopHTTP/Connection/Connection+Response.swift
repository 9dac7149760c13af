internal import HTTPTypes
internal import Logging

extension Connection {
  /// How far a response has come without waiting.
  enum Progress {
    case ended(ExchangeState.NextAction)
    /// The head is written; the body is large or is produced while it is sent.
    case waitsForBody(Response)
    /// Everything is written; the client has to read before it can be handed over.
    case waitsForClient
    /// A field or the status cannot be sent.
    case unsendable(Response)
  }

  /// Takes up the head that has just come.
  func beginExchange() throws(WireError) {
    let options = try reader.value.beginExchange(context)
    if case .chunked = reader.value.parser.framing {
      try stream.withInbound { (bytes) throws(WireError) in try reader.value.checkArrivedBody(bytes) }
    }
    cancelsWhenClientEnds = options.cancelsWhenClientEnds
    if cancelsWhenClientEnds, stream.readState == .ended { task.cancel() }
    cancelsWhenDraining = options.cancelsWhenDraining
    if cancelsWhenDraining, isDraining { stopForDrain() }
  }

  /// What is answered where the handler has thrown.
  func errorResponse(to request: Request, _ error: any Error) -> Response {
    do throws(CancellationError) {
      return try context.errors.response(to: request, error)
    } catch {
      // Nobody waits for this answer: the client left or the server's drain has run out.
      return context.errors.render(HTTPError(.serviceUnavailable, "The request was cancelled"))
    }
  }

  /// Earlier pipelined responses must not wait for a handler that suspends: once for each burst.
  func flushBeforeWaiting() {
    guard !isFlushPlanned, !stream.outbound.isEmpty else { return }
    isFlushPlanned = true
    loop.atEndOfIteration(self)
  }

  // MARK: Writing

  /// Writes as much of a response as needs no waiting, which is nearly always all of it.
  func begin(_ response: consuming Response) -> Progress {
    // Only those with fields pay for a look at them.
    guard response.extraFields.isEmpty else { return beginWithFields(response) }
    return write(response, ReservedFields())
  }

  @inline(never)
  private func beginWithFields(_ response: consuming Response) -> Progress {
    let reserved = response.takeReservedFields()
    return write(response, reserved)
  }

  @inline(__always)
  private func write(_ response: consuming Response, _ reserved: ReservedFields) -> Progress {
    guard let isHead = reader.value.exchange?.isHead else { return .ended(.close) }
    guard stream.canWrite else {
      observe(response)
      finish(.clientGone)
      return .ended(.close)
    }
    let hasContent = !isHead && Connection.allowsContent(response.status.code)
    var isDelimited = true
    if case .stream = response.body, hasContent { isDelimited = openBodyStream(length: reserved.contentLength) }
    let started = reader.value.exchange?.responseStarted(
      closeRequested: response.closesConnection || isDraining || bodyFailure != nil || task.isKnownToBeCancelled,
      isDelimited: isDelimited
    )
    guard let connection = started else { return .ended(.close) }
    let isWritten: Bool
    do throws(WireError) {
      isWritten = try append(response, connection, reserved, hasContent: hasContent)
    } catch {
      context.logger.error("Response dropped", metadata: ["reason": "\(error.reason)"])
      return .unsendable(response)
    }
    guard isWritten else { return .waitsForBody(response) }
    observe(response)
    guard !mustFlush || flushAtOnce() else { return .waitsForClient }
    return .ended(endResponse())
  }

  /// The body that `begin` could not write at once, and the end of its response.
  func finish(_ response: Response) async -> ExchangeState.NextAction {
    guard case .stream(let produce) = response.body else {
      observe(response)
      await flush(with: response.body.bytes)
      return endResponse()
    }
    guard await send(produce) else {
      finish(.clientGone)  // answers before it that could not leave, either
      observe(response)
      finish(.failed(status: response.status.code))
      return .close
    }
    // Not before the body: it hands its pieces over one by one, and only the last one counts.
    observe(response)
    return await finish()
  }

  /// The end of a response that is written: the client may have to read first.
  func finish() async -> ExchangeState.NextAction {
    if mustFlush { await flush() }
    return endResponse()
  }

  /// The handler's response has a field or a status that cannot be sent.
  func replaceUnsendable(_ response: Response) async -> ExchangeState.NextAction {
    let answer = context.errors.render(HTTPError(.internalServerError, "Internal Server Error"))
    // Not in place: a property that is ever changed so has its accesses checked at run time, those of each request, too.
    observers =
      observers
      + response.observers.map { observer in
        { outcome in observer(outcome == .sent ? .failed(status: answer.status.code) : outcome) }
      }
    await refuse(with: answer)
    return .close
  }

  /// Those to be told when what is written so far has been handed over.
  private func observe(_ response: Response) {
    guard !response.observers.isEmpty else { return }
    observers = observers.isEmpty ? response.observers : observers + response.observers
  }

  private func endResponse() -> ExchangeState.NextAction {
    guard !stream.isClosing else { return .close }
    return reader.value.exchange?.responseFinished() ?? .close
  }

  /// A burst of pipelined requests is answered in one write; observers are told at its end, or when nothing of what they wait for
  /// is left.
  private var mustFlush: Bool {
    stream.outbound.count > Connection.flushBytes
      || (!observers.isEmpty && (stream.inboundCount == 0 || stream.outbound.isEmpty))
  }

  /// More than this is written before the burst has ended.
  private static let flushBytes = 64 * 1024

  private static func allowsContent(_ status: Int) -> Bool {
    status == 200 || (status != 204 && status != 205 && status != 304)
  }

  /// How the length of content that is not at hand, or not sent, is told; `declared` is what the handler says that it is.
  private func framing(of response: Response, declared: Int?, hasContent: Bool) -> ResponseHead.Framing {
    switch response.status.code {
    case 204: return .none
    case 205: return .length(0)  // RFC 9110 §15.3.6: no content, but a length as any other
    case 304: return declared.map { .length($0) } ?? .none
    default: break
    }
    switch response.body {
    case .empty: return .length(hasContent ? 0 : declared ?? 0)
    case .bytes(let bytes): return .length(bytes.count)
    case .string(let text): return .length(text.utf8.count)
    case .stream: return streamFraming(length: declared)
    }
  }

  /// Appends the head, and with it the content where that is wanted, at hand and not large; false where it has yet to
  /// follow.
  @inline(__always)
  private func append(
    _ response: Response,
    _ connection: ExchangeState.ConnectionField,
    _ reserved: ReservedFields,
    hasContent: Bool
  ) throws(WireError) -> Bool {
    switch response.body {
    case .string(let text) where hasContent && text.utf8.count <= Connection.flushBytes:
      try appendHead(response, connection, .length(text.utf8.count), hasDate: reserved.hasDate, content: text.utf8.span)
      return true
    case .bytes(let bytes) where hasContent && bytes.count <= Connection.copyBytes:
      try appendHead(response, connection, .length(bytes.count), hasDate: reserved.hasDate, content: bytes.span)
      return true
    default:
      let framing = framing(of: response, declared: reserved.contentLength, hasContent: hasContent)
      try appendHead(response, connection, framing, hasDate: reserved.hasDate, content: Span())
      if case .empty = response.body { return true }
      return !hasContent
    }
  }

  @inline(__always)
  private func appendHead(
    _ response: Response,
    _ connection: ExchangeState.ConnectionField,
    _ framing: ResponseHead.Framing,
    hasDate: Bool,
    content: Span<UInt8>
  ) throws(WireError) {
    stream.prepareOutbound()
    try ResponseHead.append(
      response.status.code,
      phrase: StatusLine.isUsual(response.status) ? nil : response.status.reasonPhrase,
      dateLine: shared.value.date.line(at: loop.iterationStart),
      hasDate: hasDate,
      contentType: response.contentType,
      fields: response.extraFields,
      connection,
      framing,
      content: content,
      to: &stream.outbound
    )
  }

  /// Copying a larger body into the head's buffer costs more than a second element of the write.
  private static let copyBytes = 16 * 1024

  /// As `refuse`, for a request that no middleware has been told of.
  func refuseUnseen(_ error: HTTPError) async {
    let method = reader.value.contents.value.head.methodID.method
    context.onRefusal(RefusedRequest(method: method, status: error.status, reason: error.detail))
    await refuse(with: context.errors.render(error))
  }

  /// Answers outside of any route and lets the connection end.
  private func refuse(with answer: Response) async {
    var response = answer
    let reserved = response.takeReservedFields()
    needsLinger = true
    let answersHead = reader.value.contents.value.head.methodID == .head
    let hasContent = !answersHead && Connection.allowsContent(response.status.code)
    let isWritten = try? append(response, .close, reserved, hasContent: hasContent)
    await flush(with: isWritten == false ? response.body.bytes : [])
  }
}

extension Response.Body {
  /// Those at hand.
  fileprivate var bytes: [UInt8] {
    switch self {
    case .empty, .stream: []
    case .string(let text): Array(text.utf8)
    case .bytes(let bytes): bytes
    }
  }
}

extension Response {
  /// What its fields say of the server's own matters, which leaves them.
  fileprivate mutating func takeReservedFields() -> ReservedFields {
    let reserved = ReservedFields(takenFrom: &extraFields, contentType: &contentType, status: status.code)
    if reserved.asksForClose { closesConnection = true }
    return reserved
  }
}
