internal import CUV

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What a stream tells the actor that owns it, always on its loop.
protocol TCPStreamOwner: LoopActor {
  /// `inbound` has grown, or the peer's side has ended or failed.
  nonisolated func streamDidChange()
}

/// One TCP connection. Bytes that arrive are kept in `inbound`, bounded by `readLimit`: above it reading stops until
/// somebody has taken some. Bound to its loop: any thread may hold it, each use checks where it happens.
@safe final class TCPStream: UVHandle, @unchecked Sendable {
  /// How the peer's side stands.
  enum ReadState: Equatable {
    case open
    /// The peer sends nothing more; it may still read.
    case ended
    case failed(UVError)
  }

  /// What has come and what is to go, in one piece of memory: idle connections have little.
  private struct Buffers: ~Copyable {
    var inbound = InboundBytes()
    var outbound: [UInt8] = []
  }

  // SAFETY of these accesses, which nothing checks: the buffers are lent only to code that cannot reach this stream: the parser,
  // the message writer and the system. They are touched several times for each request.
  private let buffers = Owned(Buffers())
  private(set) var readState = ReadState.open
  /// Bytes to send that nobody has handed to the system yet.
  var outbound: [UInt8] {
    @inline(__always)
    _read { yield buffers.value.outbound }
    @inline(__always)
    _modify { yield &buffers.value.outbound }
  }
  /// At least a whole head must fit, else its end would never be read.
  var readLimit = 128 * 1024
  private var owner: (any TCPStreamOwner)?
  private(set) var isReading = false
  var resetWatch: ResetWatch?

  private var tcp: UnsafeMutablePointer<uv_tcp_t> { unsafe memory.assumingMemoryBound(to: uv_tcp_t.self) }
  private var stream: UnsafeMutablePointer<uv_stream_t> { unsafe memory.assumingMemoryBound(to: uv_stream_t.self) }

  init(loop: EventLoop) throws(UVError) {
    unsafe try super.init(loop: loop) { unsafe uv_tcp_init($0, $1) }
  }

  /// Takes a connection that `listener` reports.
  func accept(from listener: UnsafeMutablePointer<uv_stream_t>) throws(UVError) {
    unsafe try UVError.check(uv_accept(listener, stream))
    sendAtOnce()
  }

  /// What is small does not wait for the acknowledgement of what went before (Nagle's algorithm).
  func sendAtOnce() {
    unsafe _ = uv_tcp_nodelay(tcp, 1)
  }

  var localAddress: SocketAddress? { unsafe SocketAddress { unsafe uv_tcp_getsockname(tcp, $0, &$1) } }
  var remoteAddress: SocketAddress? { unsafe SocketAddress { unsafe uv_tcp_getpeername(tcp, $0, &$1) } }

  /// Its number; nil before the socket is made.
  var descriptor: Int? {
    var descriptor: Int32 = -1
    return unsafe uv_fileno(handle, &descriptor) == 0 ? Int(descriptor) : nil
  }

  // MARK: Reading

  /// Begins to read; `owner` is held until the stream is closed, and told of each change.
  func startReading(owner: any TCPStreamOwner) {
    guard !isClosing else { return }
    self.owner = owner
    resumeReading()
  }

  private func resumeReading() {
    guard !isReading, !isClosing, readState == .open else { return }
    isReading = true
    let result = unsafe uv_read_start(
      stream,
      { handle, _, buffer in
        let memory = unsafe EventLoop.of(handle.fromLibuv.pointee.loop).readBuffer
        // SAFETY: the loop's buffer is used by one read callback at a time, and what is left in it copied before the next.
        unsafe buffer.fromLibuv.pointee = uv_buf_init(
          memory.baseAddress.fromLibuv.assumingMemoryBound(to: CChar.self),
          UInt32(memory.count)
        )
      },
      { handle, count, buffer in
        // SAFETY: `data` is this object until the close callback.
        let stream = unsafe Unmanaged<TCPStream>.fromOpaque(handle.fromLibuv.pointee.data)
        unsafe stream._withUnsafeGuaranteedRef { unsafe $0.didRead(count, buffer.fromLibuv.pointee.base) }
      }
    )
    if result < 0 { readState = .failed(UVError(code: result)) }
  }

  func didRead(_ count: Int, _ bytes: UnsafeMutablePointer<CChar>?) {
    if count > 0, let bytes = unsafe bytes {
      unsafe UnsafeRawBufferPointer(start: bytes, count: count).withMemoryRebound(to: UInt8.self) {
        unsafe buffers.value.inbound.append($0)
        if inboundCount >= readLimit { pauseReading() }
        owner?.streamDidChange()
        buffers.value.inbound.keepRest(&loop.buffers)
      }
    } else if count < 0 {  // 0 is EAGAIN, and not the end
      isReading = false
      let error = UVError(code: Int32(count))
      readState = error == .endOfStream ? stateAtEnd : .failed(error)
      owner?.streamDidChange()
    }
  }

  /// libuv takes a hang-up right behind the last bytes for an orderly end without asking again; a reset is one, too.
  private var stateAtEnd: ReadState {
    guard let descriptor else { return .ended }
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    let result = unsafe getsockopt(Int32(descriptor), SOL_SOCKET, SO_ERROR, &code, &size)
    return result == 0 && code != 0 ? .failed(UVError(code: -code)) : .ended
  }

  /// Whether the peer may still read.
  var canWrite: Bool {
    guard !isClosing else { return false }
    switch readState {
    case .open, .ended: return true
    case .failed: return false
    }
  }

  override func willClose() {
    owner = nil
    stopWatching()
  }

  private func pauseReading() {
    isReading = false
    unsafe _ = uv_read_stop(stream)
  }

  /// The bytes that wait, as a span.
  func withInbound<Result, Failure>(_ body: (Span<UInt8>) throws(Failure) -> Result) throws(Failure) -> Result {
    try buffers.value.inbound.withSpan(body)
  }

  /// A copy of some of the waiting bytes, as offsets in what `withInbound` shows.
  func copyInbound(_ range: Range<Int>) -> [UInt8] {
    buffers.value.inbound.copy(range)
  }

  /// `copyInbound(range)` and then `consume(count)`, without a copy where that can be.
  func takeInbound(_ range: Range<Int>, consuming count: Int) -> [UInt8] {
    let bytes = buffers.value.inbound.take(range, consuming: count)
    resumeWithRoom()
    return bytes
  }

  var inboundCount: Int { buffers.value.inbound.count }

  /// The first `count` waiting bytes are used.
  func consume(_ count: Int) {
    buffers.value.inbound.consume(count)
    resumeWithRoom()
  }

  /// Reading goes on where it had stopped for lack of room.
  private func resumeWithRoom() {
    if !isReading, inboundCount < readLimit / 2 { resumeReading() }
  }

  /// Gives empty buffers back to the loop, and what `watchForReset` took, while the connection idles.
  func releaseIdleBuffers() {
    if resetWatch != nil { stopWatching() }
    buffers.value.inbound.releaseBuffer(&loop.buffers)
    if outbound.isEmpty, outbound.capacity > 0 {
      var buffer: [UInt8] = []
      swap(&buffer, &outbound)
      loop.buffers.giveBack(buffer)
    }
  }

  // MARK: Writing

  /// Bytes that the peer has not taken: those that the system has yet to take, and those that it holds. The system takes more
  /// only when it has lost a good part of its own, which a slow peer needs long for.
  var untakenBytes: Int {
    guard let descriptor, !isClosing else { return 0 }
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
      var buffer = unsafe copy.buffer
      return unsafe uv_write(raw, stream, &buffer, 1) { raw, status in
        unsafe UVRequest<uv_write_t, Void>.finish(
          raw.fromLibuv,
          status < 0 ? .failure(UVError(code: status)) : .success(())
        )
      }
    }
    withExtendedLifetime(copy) {}
  }

  /// Says that nothing more will be written, and lets what is on its way arrive. Errors mean that the peer is gone.
  func shutdownWriting(isolation: isolated (any Actor)? = #isolation) async {
    guard !isClosing else { return }
    unsafe try? await UVRequest<uv_shutdown_t, Void>.perform(on: loop) { raw in
      unsafe uv_shutdown(raw, stream) { raw, status in
        unsafe UVRequest<uv_shutdown_t, Void>.finish(
          raw.fromLibuv,
          status < 0 ? .failure(UVError(code: status)) : .success(())
        )
      }
    }
  }
}
