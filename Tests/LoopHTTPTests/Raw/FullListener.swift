import Testing

@testable import LoopHTTP

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An address that answers no connection: the queue of its listener is full, and Linux drops what more comes.
struct FullListener {
  let address: SocketAddress
  private let descriptor: Int32
  private let waiting: BlockingSocket

  init(ip: String = "127.0.0.1", port: UInt16 = 0) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let free = try SocketAddress(ip: ip, port: port)
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    try #require(unsafe free.withPointer { unsafe bind(descriptor, $0, length) } == 0)
    // A backlog of none has room for one.
    try #require(listen(descriptor, 0) == 0)
    let bound = unsafe SocketAddress { address, _ in
      var length = length
      return unsafe getsockname(descriptor, address, &length)
    }
    address = try #require(bound)
    waiting = try BlockingSocket(to: address)
    self.descriptor = descriptor
  }

  func stop() {
    waiting.close()
    #if canImport(Glibc)
      _ = Glibc.close(descriptor)
    #elseif canImport(Darwin)
      _ = Darwin.close(descriptor)
    #endif
  }
}
