import HTTPTypes
import Testing

@testable import LoopHTTP

/// Heads and trailers that are longer than what a connection reads ahead by default, where they are allowed.
@Suite(.timeLimit(.minutes(1))) struct LargeHeadTests {
  private static let field = "X-Large: " + String(repeating: "x", count: 300 * 1024) + "\r\n"
  private static let large = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + field + "\r\nok"
  private static let early = "HTTP/1.1 103 Early Hints\r\n" + field + "\r\n"
  private static let trailers = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n" + field + "\r\n"

  private static func limits(_ headBytes: Int) -> WireLimits {
    var limits = WireLimits()
    limits.headBytes = headBytes
    return limits
  }

  @Test(arguments: [320 * 1024, .max]) func aClientReadsThem(headBytes: Int) async throws {
    var configuration = ClientConfiguration()
    configuration.limits = Self.limits(headBytes)
    let script = [[Self.large, Self.early + Self.large, Self.trailers]]
    try await against(script, configuration: configuration) { exchange in
      for target in ["/head", "/interim", "/trailers"] {
        let response = try await exchange.get(target)
        #expect(response.text == "ok")
      }
      #expect(await exchange.server.connectionCount == 1)
    }
  }

  @Test(arguments: [320 * 1024, .max]) func aServerReadsThem(headBytes: Int) async throws {
    try await onConnection(EchoRoutes.add, configure: { $0.limits = Self.limits(headBytes) }) { client, _ in
      try await client.send(
        "GET /quick HTTP/1.1\r\nHost: a\r\n" + Self.field + "\r\n" + EchoRoutes.post
          + "Transfer-Encoding: chunked\r\n\r\n4\r\necho\r\n0\r\n" + Self.field + "\r\n"
      )
      #expect(await client.received(until: "echo").count(of: "HTTP/1.1 200 OK\r\n") == 2)
    }
  }

  /// Below half of the room reading goes on, so that a head behind something else has its whole length.
  @Test(arguments: [(0, 0), (1, 2), (16 * 1024, 32 * 1024), (.max, Int(UInt32.max) - 1)])
  func thereIsRoomForTwo(headBytes: Int, room: Int) {
    #expect(Self.limits(headBytes).readAheadBytes == room)
  }
}
