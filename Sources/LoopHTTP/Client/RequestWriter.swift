/// Sends a request's body piece by piece, as fast as the server reads it, until the closure that it was given to returns.
public struct RequestWriter: Sendable {
  let call: ClientCall
  let connection: ClientConnection

  /// Sends `bytes`; suspends until the system has taken them, at most for the request's `timeout` after it has taken what was
  /// written before. Throws ``ClientError/bodyEnded`` where nothing more is sent, ``ClientError/bodyLengthMismatch(_:)`` for more
  /// than the body's length, and why the request has ended where it has: none of these need be handed on by the closure.
  public func write(_ bytes: [UInt8]) async throws(ClientError) {
    try await call.loop.withVisitor(orThrow: ClientError.bodyEnded) { () async throws(ClientError) in
      try await call.write(bytes, on: connection)
    }
  }

  /// Sends `text` as UTF-8; see `write(_:)`.
  public func write(_ text: String) async throws(ClientError) {
    try await write(Array(text.utf8))
  }
}
