extension Connection {
  /// Whether a write waits for the client to read.
  var isWriting: Bool { pendingWrites > 0 }

  /// Hands everything over; suspends while the client does not read. A broken connection is closed.
  func flush(with body: [UInt8] = []) async {
    guard !stream.isClosing else { return finish(.clientGone) }
    guard !stream.outbound.isEmpty || !body.isEmpty else { return finish(.sent) }
    let bytes = takeOutbound()
    do throws(UVError) {
      let written = try stream.tryWrite(bytes.span, body.span)
      if written < bytes.count + body.count {
        try await writeRest(bytes, body, from: written)
      }
      recycle(bytes)
      finish(.sent)
    } catch {
      stream.close()
      finish(.clientGone)
    }
  }

  /// Hands over what is collected as far as the system takes it at once. False where something is left for `flush`. A broken
  /// connection is closed, and the task cancelled: nothing of a closed stream tells a handler that waits.
  func flushAtOnce() -> Bool {
    guard !stream.outbound.isEmpty, !stream.isClosing else {
      finish(stream.isClosing ? .clientGone : .sent)
      return true
    }
    guard !isWriting else { return false }
    do throws(UVError) {
      guard try stream.flushOutbound() else { return false }
      finish(.sent)
    } catch {
      stream.close()
      task.cancel()
      finish(.clientGone)
    }
    return true
  }

  private func writeRest(_ bytes: [UInt8], _ body: [UInt8], from written: Int) async throws(UVError) {
    pendingWrites += 1
    defer {
      pendingWrites -= 1
      // Whoever finds the stream closed looks whether this was why.
      if !isWriting, !stream.isClosing { writeDeadline?.clear() }
    }
    if written < bytes.count {
      expectProgress(of: bytes.count - written)
      try await stream.write(bytes, from: written)
    }
    var offset = max(0, written - bytes.count)
    // In pieces, because libuv gets a copy of what it has yet to send.
    while offset < body.count {
      let end = min(body.count, offset + Connection.writePieceBytes)
      expectProgress(of: end - offset)
      try await stream.write(Array(body[offset..<end]))
      offset = end
    }
  }

  /// The deadline is about progress and not about the size: it is set anew as long as the client takes anything. `count`
  /// bytes are about to join those that are on their way.
  func expectProgress(of count: Int = 0) {
    // What is made behind the end of the connection nobody would cancel.
    guard !stream.isClosing else { return }
    untakenBytes = stream.untakenBytes + count
    let deadline = writeDeadline ?? Deadline(loop: loop, owner: self)
    deadline.set(context.timeouts.write)
    writeDeadline = deadline
  }

  private static let writePieceBytes = 256 * 1024

  private func takeOutbound() -> [UInt8] {
    var bytes: [UInt8] = []
    swap(&bytes, &stream.outbound)
    return bytes
  }

  private func recycle(_ bytes: consuming [UInt8]) {
    guard stream.outbound.capacity == 0 else { return }
    bytes.removeAll(keepingCapacity: true)
    stream.outbound = bytes
  }

  func finish(_ outcome: Response.Outcome) {
    let finished = observers
    guard !finished.isEmpty else { return }
    observers = []
    let outcome = outcome == .clientGone && abortion != .none ? .aborted : outcome
    for observer in finished { observer(outcome) }
  }
}

extension Connection: IterationObserver {
  /// The handler of a later request in a burst waits: the answers before it need not.
  nonisolated func iterationEnds() {
    onLoop { connection in
      connection.isFlushPlanned = false
      connection.heldHead = nil
      if !connection.stream.outbound.isEmpty, !connection.isWriting { _ = connection.flushAtOnce() }
    }
  }
}
