internal import CUV

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A listening socket of one loop. Several loops listen on one port with `SO_REUSEPORT`; the kernel spreads connections.
@safe final class TCPListener: UVHandle, @unchecked Sendable {
  private let onConnection: (TCPListener, UVError?) -> Void

  private var tcp: UnsafeMutablePointer<uv_tcp_t> { unsafe memory.assumingMemoryBound(to: uv_tcp_t.self) }
  private var stream: UnsafeMutablePointer<uv_stream_t> { unsafe memory.assumingMemoryBound(to: uv_stream_t.self) }

  /// What it has to do with other listeners on its port.
  enum Sharing {
    case none
    /// The port is its own, or it is not made; others may then join it.
    case first
    /// It joins the first.
    case further
  }

  /// Binds and listens. `onConnection` runs on the loop for each connection that waits, which `accept()` takes: while
  /// none is taken libuv asks the system for no more; or it gets the error that kept one from being made.
  init(
    loop: EventLoop,
    address: SocketAddress,
    backlog: Int32,
    sharing: Sharing = .none,
    onConnection: @escaping (TCPListener, UVError?) -> Void
  ) throws(UVError) {
    self.onConnection = onConnection
    unsafe try super.init(loop: loop) { unsafe uv_tcp_init_ex($0, $1, UInt32(address.family)) }
    do throws(UVError) {
      if sharing == .further { try setReusePort() }
      unsafe try UVError.check(address.withPointer { unsafe uv_tcp_bind(tcp, $0, 0) })
      try listen(backlog: backlog)
      // Not before: it would let this one in where another process or server of the same user listens, silently.
      if sharing == .first { try setReusePort() }
    } catch {
      close()
      throw error
    }
  }

  /// libuv 1.44 has no flag for it; `uv_tcp_init_ex` with a family makes the socket at once, so it can be set here.
  private func setReusePort() throws(UVError) {
    var descriptor: Int32 = -1
    unsafe try UVError.check(uv_fileno(handle, &descriptor))
    var on: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, size) == 0 else { throw UVError(code: -errno) }
  }

  private func listen(backlog: Int32) throws(UVError) {
    unsafe try UVError.check(
      uv_listen(stream, backlog) { handle, status in
        // SAFETY: `data` is this object until the close callback.
        let listener = unsafe Unmanaged<TCPListener>.fromOpaque(handle.fromLibuv.pointee.data).takeUnretainedValue()
        listener.onConnection(listener, status < 0 ? UVError(code: status) : nil)
      }
    )
  }

  /// Takes the waiting connection; the caller closes the stream.
  func accept() throws(UVError) -> TCPStream {
    let accepted = try TCPStream(loop: loop)
    do throws(UVError) {
      unsafe try accepted.accept(from: stream)
    } catch {
      accepted.close()
      throw error
    }
    return accepted
  }

  /// Takes a connection that the system has made and libuv has yet to ask for, which it does in the loop's next turn; nil where
  /// there is none. The caller closes the stream.
  func acceptQueued() throws(UVError) -> TCPStream? {
    var listening: Int32 = -1
    unsafe try UVError.check(uv_fileno(handle, &listening))
    while true {
      let descriptor = acceptConnection(listening)
      if descriptor >= 0 {
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let stream = try TCPStream(loop: loop, opening: descriptor)
        stream.sendAtOnce()
        return stream
      }
      switch errno {
      case EAGAIN: return nil
      case EINTR, ECONNABORTED: continue  // a client that has left again is nobody's fault
      default: throw UVError(code: -errno)
      }
    }
  }

  /// The bound address, its port chosen by the system where 0 was asked for.
  var localAddress: SocketAddress? { unsafe SocketAddress { unsafe uv_tcp_getsockname(tcp, $0, &$1) } }
}

// The system's call whose name is that of a method of the listener's.
private func acceptConnection(_ listening: Int32) -> Int32 { accept(listening, nil, nil) }
