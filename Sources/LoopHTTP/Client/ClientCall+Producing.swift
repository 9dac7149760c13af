/// A body that is produced while it is sent, in a task of its own: its server may answer as it reads. While the closure runs only
/// its writes have a time limit, for nobody else is waited for.
extension ClientCall {
  /// What has to be stopped and waited for before the call is over.
  struct Production {
    let task: Task<Void, Never>
    let connection: ClientConnection
    /// For the first of the writes that are pending: the system takes them one after the other.
    let deadline: Deadline
    var pendingWrites = 0
    /// The closure has returned, or its task goes on although nobody wants more of it.
    var isOver = false
    /// What the closure has thrown of its own accord.
    var failure: (any Error)?
  }

  var isProducing: Bool { production?.isOver == false }

  /// Sends the head that the connection has prepared, and then what the closure writes.
  func startProducing(_ body: ProducedBody, on connection: ClientConnection) {
    deadline?.clear()
    let task = Task(executorPreference: loop) { await self.produce(body, on: connection) }
    production = Production(task: task, connection: connection, deadline: Deadline(loop: loop, owner: self))
  }

  private func produce(_ body: ProducedBody, on connection: ClientConnection) async {
    do {
      try await timed { () async throws(ClientError) in try await connection.sendHead() }
      try await body.produce(RequestWriter(call: self, connection: connection))
      try await timed { () async throws(ClientError) in try await connection.endBody() }
    } catch {
      giveUp(error, on: connection)
    }
    guard isProducing else { return }
    production?.isOver = true
    // The answer is due from now on.
    if case .exchange = wait { deadline?.set(timeout) }
  }

  /// One piece of the closure's.
  func write(_ bytes: [UInt8], on connection: ClientConnection) async throws(ClientError) {
    // Whoever kept the writer for later finds a connection that may be somebody else's by now.
    guard isProducing else { throw failure ?? .bodyEnded }
    do throws(ClientError) {
      try await timed { () async throws(ClientError) in try await connection.sendPiece(bytes) }
    } catch {
      if case .bodyLengthMismatch = error { giveUp(error, on: connection) }
      throw failure ?? error
    }
  }

  private func timed(_ write: () async throws(ClientError) -> Void) async throws(ClientError) {
    if loop.ending != nil {
      fail(.shutDown)
      throw .shutDown
    }
    if production?.pendingWrites == 0 { production?.deadline.set(timeout) }
    production?.pendingWrites += 1
    defer { writeEnded() }
    try await write()
  }

  private func writeEnded() {
    production?.pendingWrites -= 1
    if production?.pendingWrites == 0 {
      production?.deadline.clear()
    } else if isProducing {
      production?.deadline.set(timeout)
    }
  }

  /// The body cannot be completed, so that the server must not take what it has for all.
  private func giveUp(_ error: any Error, on connection: ClientConnection) {
    // One that was stopped throws because of that.
    guard connection.onLoop({ $0.openBody != nil }) else { return }
    production?.failure = error
    connection.onLoop { $0.close() }
  }

  /// Ends the closure, and the connection if that has sent only a part. While the connection is still this call's.
  func stopProducing() {
    guard let production, !production.isOver else { return }
    self.production?.isOver = true
    production.connection.onLoop { if $0.openBody != nil { $0.close() } }
    production.task.cancel()
    // One write may hang on until the connection ends, and the answer may be worth more time than it.
    production.deadline.clear()
  }

  /// Waits for the closure to end; gives what went wrong in it. After `end`, and when an unsent rest has closed the connection.
  func finishProducing() async -> (any Error)? {
    await production?.task.value
    production?.deadline.cancel()
    return production?.failure
  }
}
