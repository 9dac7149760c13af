internal import CUV

extension TCPStream {
  /// `whenDone` is called on the loop, once: when the connection stands or cannot be made, with `cancelled` where the stream was
  /// closed before; at once where the system refuses to try. On an error the stream must be closed.
  func startConnecting(to address: SocketAddress, whenDone: @escaping (Result<Void, UVError>) -> Void) {
    let whenFinished = { (result: Result<Void, UVError>) in
      if case .success = result { self.sendAtOnce() }
      whenDone(result)
    }
    unsafe _ = UVRequest<uv_connect_t, Void>.start(on: loop, whenFinished: whenFinished) { raw in
      unsafe address.withPointer { address in
        unsafe uv_tcp_connect(raw, memory.assumingMemoryBound(to: uv_tcp_t.self), address) { raw, status in
          unsafe UVRequest<uv_connect_t, Void>.finish(raw.fromLibuv, status: status)
        }
      }
    }
  }
}
