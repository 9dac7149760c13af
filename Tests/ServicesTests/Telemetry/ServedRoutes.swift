import LoopHTTP
import Testing

@testable import Telemetry

/// Serves `routes` for the time of `body`, which gets the address and a client.
func serve(
  _ routes: (inout Router) -> Void,
  middleware: [any Middleware] = [],
  handlerTimeout: Duration? = nil,
  _ body: (String, HTTPClient, EventLoopGroup) async throws -> Void
) async throws {
  let group = try EventLoopGroup(loopCount: 1)
  var router = Router()
  routes(&router)
  var configuration = ServerConfiguration(port: 0)
  configuration.handlerTimeout = handlerTimeout
  let server = try HTTPServer(
    router: router,
    middleware: middleware,
    configuration: configuration,
    group: group,
    logger: OTelLogger.discarding.swiftLogger
  )
  let address = try await server.bind()
  let client = HTTPClient(group: group)
  async let running: Void = server.run()
  let result: Result<Void, any Error>
  do {
    result = .success(try await body("http://\(address)", client, group))
  } catch {
    result = .failure(error)
  }
  await client.shutdown()
  await server.shutdown(timeout: .zero)
  try await running
  let ledgers = await group.shutdown()
  #expect(ledgers.filter { !$0.isBalanced } == [])
  try result.get()
}
