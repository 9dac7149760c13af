import Testing

@testable import LoopHTTP

extension TCPListener {
  /// Listens on a free port of this machine. `accept` is called on the loop whenever a connection stands.
  static func onFreePort(of loop: EventLoop, accept: @escaping () -> Void) throws -> (TCPListener, SocketAddress) {
    let address = try SocketAddress(ip: "127.0.0.1", port: 0)
    let listener = try TCPListener(loop: loop, address: address, backlog: 16) { _, _ in accept() }
    return (listener, try #require(listener.localAddress))
  }
}
