public import HTTPTypes

/// The content of a response, decoded from its framing and taken from the socket as it is asked for, so that a server is slowed down
/// to its reader's pace. It belongs to one task, and to the call that it was given to or to its
/// ``OpenResponse``.
public struct ClientBody: AsyncSequence {
  /// Pieces as they arrive, none empty.
  public typealias Element = [UInt8]

  let exchange: StreamedExchange
  private let holder: OpenResponse?

  init(exchange: StreamedExchange, holding holder: OpenResponse? = nil) {
    self.exchange = exchange
    self.holder = holder
  }

  /// Reads piece by piece.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let exchange: StreamedExchange
    fileprivate let holder: OpenResponse?

    /// The next piece; nil at the end. Suspends until some bytes are there, at most for the request's `timeout`.
    public mutating func next() async throws(ClientError) -> [UInt8]? {
      try await exchange.nextPiece()
    }

    /// See `next()`.
    public mutating func next(isolation actor: isolated (any Actor)?) async throws(ClientError) -> [UInt8]? {
      try await exchange.nextPiece()
    }
  }

  /// The fields that came behind a chunked body, once it has been read to its end; empty before, where none came, and once the call
  /// that the body was given to has returned. As ``ClientResponse/trailerFields`` otherwise.
  public var trailerFields: HTTPFields {
    get async { await exchange.trailers()?.allowedFields ?? HTTPFields() }
  }

  /// See `AsyncSequence`.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(exchange: exchange, holder: holder)
  }
}

@available(*, unavailable)
extension ClientBody: Sendable {}
