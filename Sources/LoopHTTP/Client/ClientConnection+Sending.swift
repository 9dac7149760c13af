/// How a request goes out, while its answer may already be coming.
extension ClientConnection {
  /// Whatever the system does not take at once goes while the answer is read: a server may answer as it reads, and then waits
  /// for whoever only writes.
  func beginSending() {
    sentCount = 0
    do throws(UVError) {
      sentCount = try stream.tryWrite(outbound.span)
    } catch {
      isCutShort = true
    }
    sendNextPiece()
  }

  private func sendNextPiece() {
    guard sentCount < outbound.count, !isCutShort else { return }
    let end = min(outbound.count, sentCount + ClientConnection.pieceBytes)
    stream.startWriting(Array(outbound[sentCount..<end])) { result in
      self.onLoop { $0.pieceWasTaken(result, end) }
    }
  }

  private func pieceWasTaken(_ result: Result<Void, UVError>, _ end: Int) {
    switch result {
    case .success:
      sentCount = end
      sendNextPiece()
    case .failure:
      // The server may have answered before it stopped to read (RFC 9112 §9.5): what has come tells.
      isCutShort = true
    }
  }

  /// A server that refuses the request need not get the rest of it (RFC 9112 §9.5). One that goes on with it may want it all.
  func stopSendingIfRefused() {
    guard head.value.status >= 300, sentCount < outbound.count || openBody != nil else { return }
    isCutShort = true
    openBody = nil
  }

  /// Small enough that little is sent in vain, and large enough that its copy and its callback do not count.
  private static let pieceBytes = 256 * 1024

  // MARK: Bodies that are produced while they are sent

  /// How the pieces of a produced body are told from what follows them, until all of them are sent.
  enum OpenBody {
    case chunked
    /// So many bytes of the `Content-Length` have yet to come.
    case counted(left: Int, of: Int)

    init(length: Int?) {
      self = if let length { .counted(left: length, of: length) } else { .chunked }
    }
  }

  /// Sends the head that `prepare` has written, for a body that is to come.
  func sendHead() async throws(ClientError) {
    let head = outbound
    outbound = []
    try await send(head)
  }

  /// One piece of the body; suspends until the system has taken it.
  func sendPiece(_ bytes: [UInt8]) async throws(ClientError) {
    switch openBody {
    case .chunked:
      var chunk: [UInt8] = []
      MessageWriter.appendChunk(bytes.span, to: &chunk)
      try await send(chunk)
    case .counted(let left, let length):
      guard bytes.count <= left else { throw .bodyLengthMismatch(length) }
      openBody = .counted(left: left - bytes.count, of: length)
      try await send(bytes)
    case nil: throw .bodyEnded
    }
  }

  /// What tells the server that this was all.
  func endBody() async throws(ClientError) {
    switch openBody {
    case .chunked: try await send(MessageWriter.lastChunk)
    case .counted(let left, let length): if left > 0 { throw .bodyLengthMismatch(length) }
    case nil: throw .bodyEnded
    }
    openBody = nil
  }

  private func send(_ bytes: [UInt8]) async throws(ClientError) {
    do throws(UVError) {
      let written = try bytes.isEmpty ? 0 : stream.tryWrite(bytes.span)
      try await stream.write(bytes, from: written)
    } catch {
      // As above: an answer may be there.
      isCutShort = true
      openBody = nil
    }
    // Meanwhile the body may have become unwanted, too.
    if openBody == nil { throw .bodyEnded }
  }
}
