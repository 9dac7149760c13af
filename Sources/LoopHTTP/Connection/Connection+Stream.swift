internal import Logging

/// A body that is produced while it is sent.
extension Connection {
  /// How a streamed body's pieces are told from what follows them, while its closure runs.
  enum BodyStream {
    case chunked
    /// So many bytes of the `Content-Length` have yet to come.
    case counted(left: Int)
    /// The end of the connection ends it.
    case untilClose
    /// The server has cut it short, and with it the connection.
    case failed

    init(_ framing: ResponseHead.Framing) {
      switch framing {
      case .none: self = .untilClose
      case .length(let count): self = .counted(left: count)
      case .chunked: self = .chunked
      }
    }
  }

  /// How its length is told; `length` is what the handler says that it is.
  func streamFraming(length: Int?) -> ResponseHead.Framing {
    if let length { return .length(length) }
    return reader.value.contents.value.head.minorVersion >= 1 ? .chunked : .none
  }

  /// Expects the pieces of a body behind the head that is about to be written; false where only the end of the connection will
  /// end it.
  func openBodyStream(length: Int?) -> Bool {
    let framing = streamFraming(length: length)
    bodyStream = BodyStream(framing)
    heldHead = stream.outbound.count
    if case .none = framing { return false }
    return true
  }

  /// Runs the closure and ends the body. The head leaves with the first piece, or as soon as the closure waits for anything.
  /// False where the server has failed to make the whole of it, and neither side has left.
  func send(_ produce: Response.Body.Producer) async -> Bool {
    flushBeforeWaiting()
    stream.watchForReset()
    do {
      try await produce(ResponseWriter(connection: self, exchange: reader.value.exchangeNumber))
      endBodyStream()
    } catch {
      cutBodyShort(["error": "\(error)"])
    }
    defer {
      bodyStream = nil
      heldHead = nil
    }
    if case .failed = bodyStream { return false }
    return true
  }

  /// Here, because a closure stays with whoever calls it.
  func run(_ produce: Response.Body.Producer, _ writer: ResponseWriter) async throws {
    try await produce(writer)
  }

  private func endBodyStream() {
    switch bodyStream {
    case .chunked: stream.outbound += MessageWriter.lastChunk
    case .counted(let left) where left > 0: cutBodyShort(["missing": .stringConvertible(left)])
    case .counted, .untilClose, .failed, nil: break
    }
  }

  /// What is missing tells the client. Who was stopped, because the other side left or the server had to, has not failed.
  private func cutBodyShort(_ reason: Logger.Metadata) {
    guard !stream.isClosing, !task.isCancelled else { return stream.close() }
    bodyStream = .failed
    let path = Request(reader.value.contents, on: self).path
    context.logger.error("Response cut short", metadata: reason.merging(["path": "\(path)"]) { reason, _ in reason })
    _ = flushAtOnce()  // with the head there may be answers to earlier requests
    stream.close()
  }

  /// One piece of a streamed body.
  func writeBodyPiece(_ bytes: [UInt8], of exchange: UInt64) async throws(ConnectionError) {
    guard isCurrent(exchange), let open = bodyStream else { throw .bodyEnded }
    guard !stream.isClosing, !task.isCancelled else { throw reasonOfClosing }
    if Task.isCancelled { throw .cancelled }
    heldHead = nil
    switch open {
    case .chunked: MessageWriter.appendChunk(bytes.span, to: &stream.outbound)
    case .counted(let left):
      guard bytes.count <= left else {
        cutBodyShort(["excess": .stringConvertible(bytes.count - left)])
        throw .bodyTooLong
      }
      bodyStream = .counted(left: left - bytes.count)
      stream.outbound += bytes
    case .untilClose: stream.outbound += bytes
    case .failed: throw .bodyTooLong
    }
    await flush()
    if stream.isClosing { throw reasonOfClosing }
  }

  /// Why nothing can be written any more.
  private var reasonOfClosing: ConnectionError {
    if case .failed = bodyStream { return .bodyTooLong }
    if abortion != .none { return .aborted }
    return writeDeadline?.hasPassed == true ? .timedOut : .clientGone
  }
}
