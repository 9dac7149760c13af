internal import HTTPTypes

/// From the bytes of a request to the end of its answer: what needs no waiting as plain calls, the rest in the task.
extension Connection {
  /// Only what has to be waited for is awaited here; the rest is plain calls, because each return of an asynchronous one
  /// costs a look at the task's executors.
  func serveRequests() async {
    do throws(WireError) {
      while left != nil || (phase == .idle && !stream.isClosing) {
        switch try nextWait() {
        case .bytes: guard try await waitForBytes() else { return }
        case .handler(let endpoint, let request, let isInWork):
          // Its bytes and the reset may have come together.
          if !stream.canWrite { task.cancel() }
          stream.watchForReset()
          limitHandler(of: request)
          let progress: Progress
          do {
            let response = try await endpoint.respond(to: request)
            if let late = handlerCameBack() {
              for observer in response.observers { observer(.timedOut) }
              progress = late
            } else {
              progress = begin(response)
            }
          } catch {
            progress = handlerCameBack() ?? begin(errorResponse(to: request, error))
          }
          guard await complete(progress, isInWork: isInWork) else { return }
        case .client(let progress, let isInWork):
          guard await complete(progress, isInWork: isInWork) else { return }
        }
      }
    } catch {
      await refuseUnseen(HTTPError(.init(code: error.status), error.reason))
    }
  }

  /// What a callback has left to do, or else what comes next.
  private func nextWait() throws(WireError) -> Wait {
    guard let wait = left.take() else { return try answerArrived() }
    return try wait.get()
  }

  /// In a callback of the loop, while the task waits for bytes: answers what has come. What has to be waited for is left to the
  /// task.
  func bytesArrived() {
    guard isAtRest, news.isAwaited else {
      if phase == .responding { stream.watchForReset() }
      return news.wake()
    }
    do throws(WireError) {
      let wait = try answerArrived()
      if case .bytes = wait, flushAtOnce(), try mayWait() { return }
      left = .success(wait)
    } catch {
      left = .failure(error)
    }
    news.wake()
  }

  /// What a connection waits for.
  enum Wait {
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
      isHeadTimed = false
      deadline.clear()
      try beginExchange()
      let isInWork = shared.value.requests.begin()
      let request = Request(reader.value.contents, on: self)
      let endpoint =
        isInWork || context.routes.options[request.endpointIndex].isAnsweredUnderOverload
        ? request.endpointIndex : context.routes.overloaded
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
    if isInWork { shared.value.requests.end() }
    phase = .idle
    reader.value.endExchange()
    // Nothing comes any more for one that the handler has left behind; and there is place for one who waits.
    if reader.value.bodyUse == .waiting { news.wake() }
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
    if isLate {
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
    if isDraining, !reader.value.parser.hasStartedHead, timeForFirstRequest == 0 { return false }
    setHeadDeadline()
    return true
  }

  private func setHeadDeadline() {
    if reader.value.parser.hasStartedHead {
      if !isHeadTimed { deadline.setRoughly(context.timeouts.head) }
      isHeadTimed = true
    } else {
      isHeadTimed = false
      deadline.setRoughly(isDraining ? timeForFirstRequest : context.timeouts.idle)
      stream.releaseIdleBuffers()
    }
  }

  /// A deadline that passed is answered 408 where a head had begun, else the connection just ends.
  private func headTimedOut() async {
    guard reader.value.parser.hasStartedHead else { return }
    await refuseUnseen(HTTPError(.requestTimeout, "The request's head did not come in time"))
  }

  func nextStep() throws(WireError) -> MessageParser.Step {
    let step = try stream.withInbound { (bytes) throws(WireError) in try reader.value.next(bytes) }
    if step.consumed > 0 { stream.consume(step.consumed) }
    return step
  }
}
