internal import HTTPTypes

extension Connection {
  /// The next bytes of the body of the request that began `exchange`, nil at its end. Suspends until some are there, or the
  /// task is cancelled. `begins` tells a new reader from one that goes on.
  func nextBodyPiece(of exchange: UInt64, begins: Bool) async throws -> [UInt8]? {
    guard isCurrent(exchange) else { throw RequestBodyError.exchangeEnded }
    guard reader.value.bodyUse == (begins ? .untouched : .begun) else { throw RequestBodyError.alreadyRead }
    if begins { bodyMeter.reset() }
    reader.value.bodyUse = .waiting
    defer { if isCurrent(exchange) { reader.value.bodyUse = .begun } }
    if let bodyFailure { throw bodyFailure }
    do throws(WireError) {
      return try await readBody()
    } catch {
      guard isCurrent(exchange) else { throw RequestBodyError.exchangeEnded }
      // Who reads was cancelled, and not the client's side ended: the body may still be read, or skipped. Or the server gave up.
      if error == .truncated, bodyFailure == nil, abortion == .shutdown || (Task.isCancelled && canReceive) {
        throw CancellationError()
      }
      throw failBody(HTTPError(.init(code: error.status), error.reason))
    }
  }

  /// Whether the exchange is the one in work. One that has ended may have been followed by others at each `await`.
  func isCurrent(_ exchange: UInt64) -> Bool { exchange == reader.value.exchangeNumber }

  /// Throws `truncated` where the exchange ends meanwhile.
  private func readBody() async throws(WireError) -> [UInt8]? {
    guard reader.value.parser.framing != nil else { return nil }
    let action = reader.value.exchange?.bodyReadStarted(isHeadHeld: heldHead != nil)
    let exchange = reader.value.exchangeNumber
    if action == .sendContinueThenRead {
      stream.outbound.insert(contentsOf: Connection.continueHead, at: heldHead ?? stream.outbound.count)
      heldHead = nil
      await flush()
      guard isCurrent(exchange) else { throw .truncated }
    }
    while true {
      let step = try stream.withInbound { (bytes) throws(WireError) in try reader.value.next(bytes) }
      if case .body(let range) = step.event {
        bodyMeter.received(range.count)
        return stream.takeInbound(range, consuming: step.consumed)
      }
      stream.consume(step.consumed)
      switch step.event {
      case .end:
        reader.value.exchange?.bodyFullyRead()
        return nil
      case .needMore: if stream.readToTake() { continue }
      case .head, .body: preconditionFailure("a head within a body")
      }
      try await waitForBody(of: exchange)
    }
  }

  /// What came behind the body that has been read to its end; nil without any.
  func trailers(of exchange: UInt64) -> MessageTrailers? { isCurrent(exchange) ? reader.value.parser.trailers : nil }

  private static let continueHead = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

  private func waitForBody(of exchange: UInt64) async throws(WireError) {
    if stream.readState != .open { _ = try reader.value.parser.inputEnded() }
    guard canReceive, !Task.isCancelled else { throw .truncated }
    deadline.setRoughly(
      bodyMeter.waitBegins(
        now: loop.iterationStart,
        grace: context.timeouts.bodyGrace,
        bytesPerSecond: context.timeouts.minimumBodyRate
      )
    )
    await waitForNewsOrCancellation()
    // Whatever has a deadline now is not this wait.
    guard isCurrent(exchange) else { throw .truncated }
    let wasLate = isLate
    deadline.clear()
    bodyMeter.waitEnded(now: loop.iterationStart)
    if wasLate {
      bodyFailure = HTTPError(.requestTimeout, "The body came too slowly")
      throw .truncated
    }
  }

  /// A child task of the handler may read the body, and be cancelled without anything happening to the connection.
  private func waitForNewsOrCancellation() async {
    await withTaskCancellationHandler {
      await news.wait()
    } onCancel: {
      loop.execute { self.onLoop { $0.news.wake() } }
    }
  }

  /// Remembers the first failure: the stream cannot be read past it.
  private func failBody(_ error: HTTPError) -> HTTPError {
    let failure = bodyFailure ?? error
    bodyFailure = failure
    needsLinger = true
    return failure
  }

  /// Reads what the handler left, so that the next request can be found; false where that is too much or no body. The
  /// request has its answer by now, so a fault only ends the connection.
  func drainBody(limit: Int) async -> Bool {
    await flush()
    // It failed after the response had begun: what else comes of it is of no use.
    guard bodyFailure == nil else { return false }
    if reader.value.bodyUse == .untouched { bodyMeter.reset() }
    var left = limit
    do throws(WireError) {
      while let piece = try await readBody() {
        left -= piece.count
        guard left >= 0 else { break }
      }
    } catch {
      left = -1
    }
    return left >= 0
  }
}
