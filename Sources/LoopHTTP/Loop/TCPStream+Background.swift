internal import CUV

extension TCPStream {
  /// As `write`, for who goes on meanwhile: `whenTaken` is called on the loop, once, when the system has taken the bytes or
  /// the stream was closed.
  func startWriting(_ bytes: [UInt8], whenTaken: @escaping (Result<Void, UVError>) -> Void) {
    guard !isClosing else { return whenTaken(.failure(.cancelled)) }
    let copy = PinnedBytes(bytes, from: 0)
    // SAFETY: the request keeps the copy until it has ended.
    let whenFinished = { (result: Result<Void, UVError>) in withExtendedLifetime(copy) { whenTaken(result) } }
    unsafe _ = UVRequest<uv_write_t, Void>.start(on: loop, whenFinished: whenFinished) { raw in
      var buffer = unsafe copy.buffer
      return unsafe uv_write(raw, memory.assumingMemoryBound(to: uv_stream_t.self), &buffer, 1) { raw, status in
        unsafe UVRequest<uv_write_t, Void>.finish(
          raw.fromLibuv,
          status < 0 ? .failure(UVError(code: status)) : .success(())
        )
      }
    }
  }
}
