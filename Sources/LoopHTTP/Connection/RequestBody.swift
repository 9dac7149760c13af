internal import HTTPTypes

/// The content of a request, taken from the socket as it is asked for. It can be read once.
public struct RequestBody: AsyncSequence, Sendable {
  /// Pieces as they arrive, none empty.
  public typealias Element = [UInt8]

  let connection: Connection

  /// Reads piece by piece. Throws `HTTPError` where the client sends nonsense (400), too much (413) or too slowly (408);
  /// whatever is answered, the connection then closes. Throws `CancellationError` where the task is cancelled while it
  /// waits for bytes.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let connection: Connection

    /// The next piece; nil at the end. Suspends until some bytes are there.
    public mutating func next() async throws -> [UInt8]? {
      try await connection.nextBodyPiece()
    }

    /// See `next()`.
    public mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> [UInt8]? {
      try await connection.nextBodyPiece()
    }
  }

  /// See `AsyncSequence`.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(connection: connection)
  }

  /// The whole content; throws 413 where it is longer than `limit` bytes, and as the iterator does.
  public func collect(upTo limit: Int = .max) async throws -> [UInt8] {
    var all: [UInt8] = []
    while let piece = try await connection.nextBodyPiece() {
      guard all.count + piece.count <= limit else {
        throw HTTPError(.contentTooLarge, "The body is larger than \(limit) bytes")
      }
      all += piece
    }
    return all
  }
}
