internal import CUV
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension EventLoop {
  /// Who waits for a loop's end, or what it had opened and closed by then.
  enum End {
    case toCome([CheckedContinuation<LoopLedger, Never>])
    case hasCome(LoopLedger)
  }

  /// Whether nothing is run here any more, and never will be. Safe to ask from any thread; takes no lock.
  var hasEnded: Bool { inbox.hasEnded }

  /// Keeps the loop from its end until `leave`; false where it has ended. For whoever is elsewhere and needs it to come back.
  func enter() -> Bool { inbox.enter() }

  /// Undoes one `enter`. From any thread.
  func leave() {
    inbox.leave { if !isCurrent { wake() } }
  }

  /// For a function of this loop's actors that anybody may call: runs `body` in a task that prefers the loop, in which each step of
  /// theirs follows the one before at once, and keeps the loop from its end meanwhile. It is left there, and not where the caller comes
  /// back, which may take its time. Throws `ended` where the loop has ended.
  func withVisitor<Success, Failure>(
    orThrow ended: Failure,
    isolation: isolated (any Actor)? = #isolation,
    _ body: nonisolated(nonsending) () async throws(Failure) -> Success
  ) async throws(Failure) -> Success {
    if isPreferredByTask, !hasEnded { return try await body() }
    guard enter() else { throw ended }
    return try await withTaskExecutorPreference(self) { () async throws(Failure) in
      defer { leave() }
      return try await body()
    }
  }

  /// Ends the loop: wakes whoever sleeps on it, and goes on without timers until all that others have opened here is closed, for
  /// which their tasks may still need it. Suspends until then; who calls it again gets the same. What is not closed within
  /// `patience` never will be, and is a fatal error that names it.
  ///
  /// Not for a task on this loop, which would never go on: a fatal error, too.
  func stop(patience: Duration, isolation: isolated (any Actor)? = #isolation) async -> LoopLedger {
    // The thread alone tells nothing: the runtime lets a task go on wherever the actor that it waited for was served.
    if isCurrent, isPreferredByTask || (isolation as? any LoopActor)?.loop === self {
      fatalError("loop \(index) cannot be ended by a task that runs on it")
    }
    execute { self.beginEnding(patience: patience) }
    let ledger = await waitForEnd()
    if !isJoined.exchange(true, ordering: .relaxed) { unsafe uv_thread_join(&thread) }
    return ledger
  }

  /// Suspends until nothing is run here any more.
  func waitForEnd() async -> LoopLedger {
    await withCheckedContinuation { continuation in
      if case .hasCome(let ledger) = awaitEnd(continuation) { continuation.resume(returning: ledger) }
    }
  }

  private func awaitEnd(_ continuation: CheckedContinuation<LoopLedger, Never>) -> End {
    end.withLock { end in
      if case .toCome(let waiters) = end { end = .toCome(waiters + [continuation]) }
      return end
    }
  }

  /// `stop` for a start that failed half-way: blocks the calling thread meanwhile.
  func stopAndWait() {
    execute { self.beginEnding(patience: LoopEnding.patience) }
    unsafe uv_thread_join(&thread)
  }

  /// `stop` for whoever cannot wait for it.
  func stopUnattended() {
    execute { self.beginEnding(patience: LoopEnding.patience) }
    if !isJoined.exchange(true, ordering: .relaxed) { pthread_detach(thread) }
  }

  private func beginEnding(patience: Duration) {
    guard ending == nil else { return }
    ending = LoopEnding(loop: self, patience: patience)
    // Taken out first: whoever is woken must not find timers to start again.
    let timers = timers.take()
    timers?.close()
  }

  /// At the end of an iteration that has left nothing to run: where nothing is open but what is the loop's own, that is closed,
  /// too, and libuv's loop with it.
  func endIfUnused() {
    guard let ending, ledger.openHandles == IterationWatch.handleCount + LoopEnding.handleCount,
      ledger.requestsStarted == ledger.requestsFinished, inbox.end()
    else { return }
    ending.close()
    watch?.close()
    // Each of them holds the loop.
    self.ending = nil
    watch = nil
    closeWakeUp()
  }
}
