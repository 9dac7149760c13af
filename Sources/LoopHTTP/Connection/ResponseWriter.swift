/// Sends a streamed body piece by piece, as fast as the client reads it.
public struct ResponseWriter: Sendable {
  let connection: Connection

  /// Sends `bytes`; suspends until the system has taken them. Throws `ConnectionError` once the client is gone.
  public func write(_ bytes: [UInt8]) async throws(ConnectionError) {
    try await connection.writeBodyPiece(bytes)
  }

  /// Sends `text` as UTF-8; see `write(_:)`.
  public func write(_ text: String) async throws(ConnectionError) {
    try await connection.writeBodyPiece(Array(text.utf8))
  }
}
