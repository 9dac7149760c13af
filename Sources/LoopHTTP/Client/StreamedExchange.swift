/// A response whose content is still to come, and what has to be kept until it has.
struct StreamedExchange: Sendable {
  let call: ClientCall
  let connection: ClientConnection
  let response: ClientResponse

  /// The next piece of the content; nil at its end. Cancelling the task closes the connection.
  func nextPiece(isolation: isolated (any Actor)? = #isolation) async throws(ClientError) -> [UInt8]? {
    let result: Result<[UInt8]?, ClientError> = await withTaskCancellationHandler {
      _ = isolation  // what is captured is where the closure runs
      do throws(ClientError) {
        return .success(
          try await call.loop.withVisitor(orThrow: ClientError.shutDown) { () async throws(ClientError) in
            try await call.nextPiece(on: connection)
          }
        )
      } catch {
        return .failure(error)
      }
    } onCancel: {
      cancel()
    }
    return try result.get()
  }

  /// Ends it from any thread.
  func cancel() {
    call.loop.execute { call.onLoop { $0.fail(.cancelled) } }
  }

  /// What came behind the content that has been read to its end; nil without any.
  func trailers() async -> MessageTrailers? {
    try? await call.loop.withVisitor(orThrow: ClientError.shutDown) { () async throws(ClientError) in
      await call.trailers(on: connection)
    }
  }
}
