internal import CUV

extension TCPStream {
  /// Two streams that are connected with each other and with nobody else: no port is taken, no address known.
  static func pair(on loop: EventLoop) throws(UVError) -> (TCPStream, TCPStream) {
    var descriptors: (uv_os_sock_t, uv_os_sock_t) = (-1, -1)
    let flags = Int32(UV_NONBLOCK_PIPE.rawValue)
    let result = unsafe withUnsafeMutablePointer(to: &descriptors) { pair in
      // SAFETY: a homogeneous tuple lies in memory as an array does.
      unsafe UnsafeMutableRawPointer(pair).withMemoryRebound(to: uv_os_sock_t.self, capacity: 2) {
        unsafe uv_socketpair(streamSocket, 0, $0, flags, flags)
      }
    }
    try UVError.check(result)
    return (try TCPStream(loop: loop, opening: descriptors.0), try TCPStream(loop: loop, opening: descriptors.1))
  }

  /// Owns the socket from then on.
  convenience init(loop: EventLoop, opening descriptor: uv_os_sock_t) throws(UVError) {
    try self.init(loop: loop)
    let result = unsafe uv_tcp_open(memory.assumingMemoryBound(to: uv_tcp_t.self), descriptor)
    if result < 0 {
      close()
      throw UVError(code: result)
    }
  }

  #if canImport(Glibc)
    private static let streamSocket = Int32(SOCK_STREAM.rawValue)
  #else
    private static let streamSocket = SOCK_STREAM
  #endif
}
