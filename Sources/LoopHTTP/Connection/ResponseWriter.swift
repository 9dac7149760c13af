/// Sends a streamed body piece by piece, as fast as the client reads it, until the closure that it was given to returns.
public struct ResponseWriter: Sendable {
  let connection: Connection
  let exchange: UInt64

  /// Sends `bytes`, and before them the response's head if that has yet to leave; suspends until the system has taken them.
  /// Throws `ConnectionError` once the client is gone, where the caller's task is cancelled before, or where the body has no place
  /// for them.
  public func write(_ bytes: [UInt8]) async throws(ConnectionError) {
    try await connection.loop.withVisitor(orThrow: ConnectionError.bodyEnded) { () async throws(ConnectionError) in
      try await connection.writeBodyPiece(bytes, of: exchange)
    }
  }

  /// Sends `text` as UTF-8; see `write(_:)`.
  public func write(_ text: String) async throws(ConnectionError) {
    try await write(Array(text.utf8))
  }
}
