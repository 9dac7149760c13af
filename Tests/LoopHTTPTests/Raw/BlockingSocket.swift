import Testing

@testable import LoopHTTP

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A client's socket as the system has it, for what no stream of ours does.
struct BlockingSocket: Sendable {
  private let descriptor: Int32

  /// `receiveBuffer`: bytes that its system holds for it at most, about, where these shall be few.
  init(to address: SocketAddress, receiveBuffer: Int32? = nil) throws {
    descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue), 0)
    if var receiveBuffer {
      let size = socklen_t(MemoryLayout<Int32>.size)
      unsafe _ = setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, size)
    }
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe address.withPointer { unsafe connect(descriptor, $0, length) }
    try #require(result == 0)
  }

  func send(_ text: String) throws {
    let bytes = Array(text.utf8)
    let count = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    try #require(count == bytes.count)
  }

  /// One byte past all others, for whoever asks for such (RFC 9293 §3.8.5).
  func sendUrgent() {
    var byte = UInt8(ascii: "!")
    unsafe _ = sendto(descriptor, &byte, 1, Int32(MSG_OOB), nil, 0)
  }

  /// Waits for some bytes, and holds the thread meanwhile; none at the end, also where that was a reset.
  func receiveHoldingThread(atMost count: Int) -> ArraySlice<UInt8> {
    var buffer = [UInt8](repeating: 0, count: count)
    let received = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    return buffer[..<max(0, received)]
  }

  /// Waits for some bytes.
  func receive() async -> String {
    await onHeldThread { String(decoding: receiveHoldingThread(atMost: 4096), as: UTF8.self) }
  }

  /// Waits for all that comes until the end or a reset.
  func receivedToEnd() async -> String {
    await onHeldThread {
      var received: [UInt8] = []
      while case let piece = receiveHoldingThread(atMost: 4096), !piece.isEmpty { received += piece }
      return String(decoding: received, as: UTF8.self)
    }
  }

  /// Says that nothing more is sent (FIN); answers can still come.
  func halfClose() {
    _ = shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Ends it at once (RST).
  func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    unsafe _ = setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    close()
  }

  /// Waits until the reset of the other side has come to a socket of this process.
  static func waitForHangUp(on descriptor: Int?) {
    guard let descriptor else { return }
    var entry = pollfd(fd: Int32(descriptor), events: 0, revents: 0)
    unsafe _ = poll(&entry, 1, -1)
  }

  func close() {
    #if canImport(Glibc)
      _ = Glibc.close(descriptor)
    #elseif canImport(Darwin)
      _ = Darwin.close(descriptor)
    #endif
  }
}
