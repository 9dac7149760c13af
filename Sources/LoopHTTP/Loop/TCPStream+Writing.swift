internal import CUV

extension TCPStream {
  /// Bytes that the peer has not taken: those that the system has yet to take, and those that it holds. The system takes more
  /// only when it has lost a good part of its own, which a slow peer needs long for.
  var untakenBytes: Int {
    guard !isClosing, let descriptor else { return 0 }
    return unsafe Int(uv_stream_get_write_queue_size(stream)) + Int(cuv_unacknowledged_bytes(Int32(descriptor)))
  }

  /// Makes room for a message of usual size.
  func prepareOutbound() {
    if outbound.capacity == 0 { outbound = loop.buffers.take() }
  }

  /// Hands `outbound` over as far as the system takes it at once; false where some of it is left.
  func flushOutbound() throws(UVError) -> Bool {
    let written = try outbound.withSpan(droppingFirst: 0) { (bytes) throws(UVError) in try tryWrite(bytes) }
    guard written == outbound.count else {
      outbound.removeFirst(written)
      return false
    }
    outbound.removeAll(keepingCapacity: true)
    return true
  }

  /// Writes without waiting; returns how many bytes the system took, perhaps none.
  func tryWrite(_ first: Span<UInt8>, _ second: Span<UInt8> = Span()) throws(UVError) -> Int {
    guard !isClosing else { throw .cancelled }
    let result = unsafe first.withUnsafeBytes { first in
      unsafe second.withUnsafeBytes { second in
        var buffers = unsafe (TCPStream.buffer(first), TCPStream.buffer(second))
        return unsafe withUnsafeMutableBytes(of: &buffers) { bytes in
          // SAFETY: a homogeneous tuple lies in memory as an array does.
          unsafe uv_try_write(
            stream,
            bytes.baseAddress.fromLibuv.assumingMemoryBound(to: uv_buf_t.self),
            second.isEmpty ? 1 : 2
          )
        }
      }
    }
    if result == UV_EAGAIN.rawValue { return 0 }
    return Int(try UVError.check(result))
  }

  private static func buffer(_ bytes: UnsafeRawBufferPointer) -> uv_buf_t {
    // SAFETY: libuv does not write through the pointer of an outgoing buffer.
    unsafe uv_buf_init(
      UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.assumingMemoryBound(to: CChar.self),
      UInt32(bytes.count)
    )
  }

  /// Writes all of `bytes` from `offset` on; suspends until the system has taken them. Closing the stream ends it with
  /// `cancelled`.
  func write(
    _ bytes: [UInt8],
    from offset: Int = 0,
    isolation: isolated (any Actor)? = #isolation
  ) async throws(UVError) {
    guard !isClosing else { throw .cancelled }
    guard offset < bytes.count else { return }
    let copy = PinnedBytes(bytes, from: offset)
    // SAFETY: the suspended frame keeps the copy until the request has ended.
    unsafe try await UVRequest<uv_write_t, Void>.perform(on: loop) { raw in
      // Again: a task that does not prefer the loop comes here in a job of its own.
      guard !isClosing else { return UV_ECANCELED.rawValue }
      var buffer = unsafe copy.buffer
      return unsafe uv_write(raw, stream, &buffer, 1) { raw, status in
        unsafe UVRequest<uv_write_t, Void>.finish(raw.fromLibuv, status: status)
      }
    }
    withExtendedLifetime(copy) {}
  }

  /// As `write`, for who goes on meanwhile: `whenTaken` is called on the loop, once, when the system has taken the bytes or
  /// the stream was closed.
  func startWriting(_ bytes: [UInt8], whenTaken: @escaping (Result<Void, UVError>) -> Void) {
    guard !isClosing else { return whenTaken(.failure(.cancelled)) }
    let copy = PinnedBytes(bytes, from: 0)
    // SAFETY: the request keeps the copy until it has ended.
    let whenFinished = { (result: Result<Void, UVError>) in withExtendedLifetime(copy) { whenTaken(result) } }
    unsafe _ = UVRequest<uv_write_t, Void>.start(on: loop, whenFinished: whenFinished) { raw in
      var buffer = unsafe copy.buffer
      return unsafe uv_write(raw, stream, &buffer, 1) { raw, status in
        unsafe UVRequest<uv_write_t, Void>.finish(raw.fromLibuv, status: status)
      }
    }
  }

  /// Says that nothing more will be written, and lets what is on its way arrive. Errors mean that the peer is gone.
  func shutdownWriting(isolation: isolated (any Actor)? = #isolation) async {
    guard !isClosing else { return }
    unsafe try? await UVRequest<uv_shutdown_t, Void>.perform(on: loop) { raw in
      guard !isClosing else { return UV_ECANCELED.rawValue }
      return unsafe uv_shutdown(raw, stream) { raw, status in
        unsafe UVRequest<uv_shutdown_t, Void>.finish(raw.fromLibuv, status: status)
      }
    }
  }
}
