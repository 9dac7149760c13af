/// A response whose content is still to come, and what has to be kept until it has.
struct StreamedExchange: Sendable {
  let call: ClientCall
  let connection: ClientConnection
  let response: ClientResponse
  /// For each piece.
  let timeout: Duration

  /// The next piece of the content; nil at its end. Cancelling the task closes the connection.
  func nextPiece() async throws(ClientError) -> [UInt8]? {
    let result: Result<[UInt8]?, ClientError> = await withTaskCancellationHandler {
      do throws(ClientError) {
        return .success(try await call.nextPiece(on: connection, timeout: timeout))
      } catch {
        return .failure(error)
      }
    } onCancel: {
      call.loop.execute { call.onLoop { $0.cancel() } }
    }
    return try result.get()
  }

  /// What came behind the content that has been read to its end; nil without any.
  func trailers() async -> MessageTrailers? { await call.trailers(on: connection) }
}
