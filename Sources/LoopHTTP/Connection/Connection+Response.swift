internal import HTTPTypes
internal import Logging

extension Connection {
  /// Runs the handler for the head that has just come and writes its response.
  func respond() async throws(WireError) -> ExchangeState.NextAction {
    let framing = parser.framing ?? .none
    exchange = try ExchangeState(head, framing: framing)
    bodyFailure = nil
    bodyMeter.reset()
    let (endpoint, parameters) = context.router.match(head)
    if let limit = endpoint.options.bodyLimit { parser.setBodyLimit(limit) }
    switch framing {
    case .none, .length(0):
      _ = try nextStep()  // the end of a message without content
      exchange?.bodyFullyRead()
    case .length(let length):
      // A declared length over the limit is refused before the handler sees anything.
      if length > UInt64(endpoint.options.bodyLimit ?? context.configuration.limits.bodyBytes) { throw .bodyTooLarge }
    case .chunked: try checkArrivedBody()
    case .untilClose: break
    }
    guard server.beginRequest() else { return await refuseOverload() }
    defer { server.endRequest() }
    cancelsWhenClientEnds = endpoint.options.cancelsWhenClientEnds
    if cancelsWhenClientEnds, stream.readState == .ended { task.cancel() }
    flushBeforeWaiting()
    let response = await handle(
      Request(head: head, connection: self, endpoint: endpoint, parameters: parameters)
    )
    return await write(response)
  }

  private func handle(_ request: Request) async -> Response {
    do {
      return try await context.handler(request)
    } catch let error as HTTPError {
      return context.errorResponse(error)
    } catch is CancellationError {
      // Nobody waits for this answer: the client left or the server's drain has run out.
      return context.errorResponse(HTTPError(.serviceUnavailable, "The request was cancelled"))
    } catch {
      context.logger.error("Handler failed", metadata: ["error": "\(error)", "path": "\(request.path)"])
      return context.errorResponse(HTTPError(.internalServerError, "Internal Server Error"))
    }
  }

  /// Earlier pipelined responses must not wait for a handler that suspends.
  private func flushBeforeWaiting() {
    guard !outbound.isEmpty else { return }
    loop.atEndOfIteration { [weak self] in
      self?.assumeIsolated { $0.flushWithoutWaiting() }
    }
  }

  // MARK: Writing

  private func write(_ response: Response) async -> ExchangeState.NextAction {
    guard var state = exchange else { return .close }
    guard stream.readState == .open || stream.readState == .ended, !stream.isClosing else {
      observers += response.observers
      finish(.clientGone)
      return .close
    }
    let status = response.status.code
    let hasBody = !state.isHead && Connection.allowsBody(status)
    var isDelimited = true
    if case .stream = response.body { isDelimited = head.minorVersion >= 1 || !hasBody }
    let connection = state.responseStarted(
      closeRequested: response.closesConnection || isDraining || bodyFailure != nil || Task.isCancelled,
      isDelimited: isDelimited
    )
    exchange = state
    do throws(WireError) {
      try appendHead(response, connection, isDelimited: isDelimited)
    } catch {
      context.logger.error("Response dropped", metadata: ["reason": "\(error.reason)"])
      observers += response.observers
      await refuse(HTTPError(.internalServerError, "Internal Server Error"))
      return .close
    }
    if hasBody { await appendBody(response.body) }
    // Not before the body: a stream hands its pieces over one by one, and only the last one counts.
    observers += response.observers
    if outbound.count > Connection.flushBytes || !observers.isEmpty { await flushUnlessMoreWaits() }
    guard !stream.isClosing else { return .close }
    return exchange?.responseFinished() ?? .close
  }

  /// A burst of pipelined requests is answered in one write; more than this is written meanwhile.
  private static let flushBytes = 64 * 1024

  private func flushUnlessMoreWaits() async {
    if outbound.count > Connection.flushBytes || stream.inboundCount == 0 { await flush() }
  }

  private static func allowsBody(_ status: Int) -> Bool {
    status >= 200 && status != 204 && status != 304
  }

  private func appendHead(
    _ response: Response,
    _ connection: ExchangeState.ConnectionField,
    isDelimited: Bool
  ) throws(WireError) {
    if outbound.capacity == 0 { outbound = loop.buffers.take() }
    let start = outbound.count
    do throws(WireError) {
      let status = response.status
      try MessageWriter.appendStatusLine(status.code, to: &outbound)
      outbound += Connection.dateName
      outbound += loop.date.current()
      outbound += Connection.lineEnd
      if let type = response.contentType { try MessageWriter.appendField("Content-Type", type.text, to: &outbound) }
      for field in response.extraFields {
        try MessageWriter.appendField(field.name.rawName, field.value, to: &outbound)
      }
      switch connection {
      case .omitted: break
      case .keepAlive: outbound += Connection.keepAliveField
      case .close: outbound += Connection.closeField
      }
      if Connection.allowsBody(status.code) { appendFraming(response.body, isDelimited: isDelimited) }
      MessageWriter.appendHeadEnd(to: &outbound)
    } catch {
      outbound.removeSubrange(start...)
      throw error
    }
  }

  private static let dateName = Array("Date: ".utf8)
  private static let lineEnd = Array("\r\n".utf8)
  private static let keepAliveField = Array("Connection: keep-alive\r\n".utf8)
  private static let closeField = Array("Connection: close\r\n".utf8)

  private func appendFraming(_ body: Response.Body, isDelimited: Bool) {
    switch body {
    case .empty: MessageWriter.appendContentLength(0, to: &outbound)
    case .bytes(let bytes): MessageWriter.appendContentLength(bytes.count, to: &outbound)
    case .string(let text): MessageWriter.appendContentLength(text.utf8.count, to: &outbound)
    case .stream: if isDelimited { MessageWriter.appendChunked(to: &outbound) }
    }
  }

  private func appendBody(_ body: Response.Body) async {
    switch body {
    case .empty: break
    case .bytes(let bytes):
      if bytes.count <= Connection.copyBytes {
        outbound += bytes
      } else {
        await flush(with: bytes)
      }
    case .string(let text): outbound += text.utf8
    case .stream(let produce):
      do {
        try await produce(ResponseWriter(connection: self))
        if head.minorVersion >= 1 { try MessageWriter.appendLastChunk(trailers: [], to: &outbound) }
      } catch {
        // Cut short: the missing last chunk tells the client.
        stream.close()
      }
    }
  }

  /// Copying a larger body into the head's buffer costs more than a second element of the write.
  private static let copyBytes = 16 * 1024

  /// One piece of a streamed body.
  func writeBodyPiece(_ bytes: [UInt8]) async throws(ConnectionError) {
    guard !stream.isClosing, !Task.isCancelled else { throw .clientGone }
    guard !bytes.isEmpty else { return }
    if head.minorVersion >= 1 {
      MessageWriter.appendChunk(bytes.span, to: &outbound)
    } else {
      outbound += bytes
    }
    await flush()
    if stream.isClosing { throw isTimedOut ? .timedOut : .clientGone }
  }

  /// Answers outside of any route and lets the connection end.
  func refuse(_ error: HTTPError) async {
    var response = context.errorResponse(error)
    response.closesConnection = true
    needsLinger = true
    if (try? appendHead(response, .close, isDelimited: true)) != nil, exchange?.isHead != true {
      await appendBody(response.body)
    }
    await flush()
  }

  private func refuseOverload() async -> ExchangeState.NextAction {
    var response = context.errorResponse(HTTPError(.serviceUnavailable, "Too many requests in work"))
    response.append(.retryAfter, "1")
    return await write(response)
  }
}
