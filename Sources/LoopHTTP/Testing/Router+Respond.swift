public import Logging

extension Router {
  /// Answers `request` as a server with this router would, with all that comes between the bytes of a request and those of its
  /// response. For tests of handlers: no port is taken and nothing has to be stopped; the URL's host is only what `Host` says.
  ///
  /// Each call has a loop of its own and ends it. Suspends until the response is complete; the request's `timeout` cancels its
  /// handler.
  public func respond(
    to request: ClientRequest,
    middleware: [any Middleware] = [],
    configuration: ServerConfiguration = .init(),
    logger: Logger = Logger(label: "LoopHTTP")
  ) async throws(ClientError) -> ClientResponse {
    try request.checkFields()
    let group: EventLoopGroup
    do throws(UVError) {
      group = try EventLoopGroup(loopCount: 1)
    } catch {
      throw .connectionFailed("an event loop of its own", error)
    }
    let context = ServerContext(
      configuration: configuration,
      router: self,
      middleware: middleware,
      logger: logger,
      onRefusal: { _ in },
      loopCount: 1
    )
    let exchange = InProcessExchange(loop: group.loops[0], context: context)
    let result = await withTaskExecutorPreference(exchange.loop) { await exchange.run(request) }
    await group.shutdown()
    return try result.get()
  }
}
