import HTTPTypes
import Testing

@testable import LoopHTTP

/// A client and the scripted server it talks to.
struct ScriptedExchange: Sendable {
  let client: HTTPClient
  let server: RawServer
  let address: SocketAddress

  func url(_ target: String) throws -> ClientURL { try ClientURL("http://\(address)\(target)") }

  func get(_ target: String) async throws -> ClientResponse {
    try await client.execute(ClientRequest(.get, url(target)))
  }

  /// Why there was no answer; nil where there was one.
  func outcome(_ target: String, timeout: Duration) async -> ClientError? {
    do throws(ClientError) {
      var request = ClientRequest(.get, try ClientURL("http://\(address)\(target)"))
      request.timeout = timeout
      _ = try await client.execute(request)
      return nil
    } catch {
      return error
    }
  }
}

/// Runs `body` against the script; afterwards nothing may be left open.
func against(
  _ script: [[String?]],
  configuration: ClientConfiguration = .init(),
  _ body: @Sendable (ScriptedExchange) async throws -> Void
) async throws {
  let group = try EventLoopGroup(loopCount: 1)
  let server = RawServer(loop: group.loops[0], script: script)
  let address = try await server.listen()
  try await withClient(of: group, configuration, stopping: { await server.stop() }) {
    try await body(ScriptedExchange(client: $0, server: server, address: address))
  }
}

/// Ends the client, its server and the loops, whatever `body` comes to; afterwards nothing may be left open.
func withClient(
  of group: EventLoopGroup,
  _ configuration: ClientConfiguration = .init(),
  stopping stop: () async -> Void,
  _ body: (HTTPClient) async throws -> Void
) async throws {
  let client = HTTPClient(group: group, configuration: configuration)
  let result: Result<Void, any Error>
  do {
    result = .success(try await body(client))
  } catch {
    result = .failure(error)
  }
  await client.shutdown()
  await stop()
  let ledger = await group.shutdown()[0]
  try result.get()
  #expect(ledger.isBalanced)
}
