internal import HTTPTypes

/// The content of a request, taken from the socket as it is asked for: once, by one iterator or one `collect`, and until the
/// request has its answer.
///
/// A client that waits for `100 Continue` gets that when the body is first asked for. After the head of the answer has left
/// it can have none: a streamed answer's closure should ask before it writes, or waits for anything else, for such a client may
/// then never send the body.
public struct RequestBody: AsyncSequence, Sendable {
  /// Pieces as they arrive, none empty.
  public typealias Element = [UInt8]

  let connection: Connection
  let exchange: UInt64

  /// Reads piece by piece. Throws `HTTPError` where the client sends nonsense (400), too much (413) or too slowly (408);
  /// whatever is answered, the connection then closes. Throws `CancellationError` where the task is cancelled while it
  /// waits for bytes or the server gives the request up, and `RequestBodyError` where the body is not there to be read.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let connection: Connection
    let exchange: UInt64
    private var hasBegun = false

    init(connection: Connection, exchange: UInt64) {
      self.connection = connection
      self.exchange = exchange
    }

    /// The next piece; nil at the end. Suspends until some bytes are there.
    public mutating func next() async throws -> [UInt8]? {
      try await nextPiece()
    }

    /// See `next()`.
    public mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> [UInt8]? {
      try await nextPiece()
    }

    private mutating func nextPiece() async throws -> [UInt8]? {
      let begins = !hasBegun
      hasBegun = true
      do {
        return try await connection.loop.withVisitor(orThrow: RequestBodyError.exchangeEnded as any Error) {
          try await connection.nextBodyPiece(of: exchange, begins: begins)
        }
      } catch let error as RequestBodyError {
        // It has not become the one that reads.
        hasBegun = !begins
        throw error
      }
    }
  }

  /// See `AsyncSequence`.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(connection: connection, exchange: exchange)
  }

  /// The whole content; throws 413 where it is longer than `limit` bytes, and as the iterator does.
  public func collect(upTo limit: Int = .max) async throws -> [UInt8] {
    var all: [UInt8] = []
    var pieces = makeAsyncIterator()
    while let piece = try await pieces.next() {
      guard all.count + piece.count <= limit else {
        throw HTTPError(.contentTooLarge, "The body is larger than \(limit) bytes")
      }
      all += piece
    }
    return all
  }
}

/// Why a request's body is not there to be read: a mistake in the program, not of the client.
public enum RequestBodyError: Error, Hashable, Sendable {
  /// Somebody else reads it or has read it: what has come is not kept.
  case alreadyRead
  /// The request has been answered; its connection may serve the next one by now.
  case exchangeEnded
}
