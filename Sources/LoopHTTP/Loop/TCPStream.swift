internal import CUV

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What a stream tells the actor that owns it, always on its loop.
protocol TCPStreamOwner: LoopActor {
  /// `inbound` has grown or may be made to by `readToTake`, or the peer's side has ended or failed.
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
  /// The last read has filled the loop's buffer, after which libuv would read again at once.
  private var hasFilledBuffer = false
  /// Much of what came was taken: the next read is left to who takes, and goes where it can be taken from without a copy.
  private var isReadToTake = false
  /// How often who takes may read before the others of the loop have their turn.
  private var readsLeft = 0
  private static let mostReads = 8
  var resetWatch: ResetWatch?

  private var tcp: UnsafeMutablePointer<uv_tcp_t> { unsafe memory.assumingMemoryBound(to: uv_tcp_t.self) }
  var stream: UnsafeMutablePointer<uv_stream_t> { unsafe memory.assumingMemoryBound(to: uv_stream_t.self) }

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
        // SAFETY: `data` is this object until the close callback.
        let stream = unsafe Unmanaged<TCPStream>.fromOpaque(handle.fromLibuv.pointee.data)
        let memory = unsafe stream._withUnsafeGuaranteedRef { unsafe $0.memoryForRead }
        // SAFETY: the loop's buffer is used by one read callback at a time, and what is left in it copied before the next.
        unsafe buffer.fromLibuv.pointee = uv_buf_init(
          memory.baseAddress?.assumingMemoryBound(to: CChar.self),
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

  /// The loop's buffer; none where libuv is not to read itself, of which it then tells with `UV_ENOBUFS`.
  private var memoryForRead: UnsafeMutableRawBufferPointer {
    let isAgain = hasFilledBuffer && inboundCount > 0
    hasFilledBuffer = false
    guard !isAgain, !isReadToTake || inboundCount > 0 else {
      return unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }
    return unsafe loop.readBuffer
  }

  func didRead(_ count: Int, _ bytes: UnsafeMutablePointer<CChar>?) {
    if count > 0, let bytes = unsafe bytes {
      hasFilledBuffer = count == EventLoop.readBufferBytes
      unsafe UnsafeRawBufferPointer(start: bytes, count: count).withMemoryRebound(to: UInt8.self) {
        unsafe buffers.value.inbound.append($0)
        if inboundCount >= readLimit { pauseReading() }
        owner?.streamDidChange()
        buffers.value.inbound.keepRest(&loop.buffers)
      }
    } else if count == Int(UV_ENOBUFS.rawValue), unsafe bytes == nil {
      if isReadToTake, inboundCount == 0 { leaveReading() }
    } else if count < 0 {  // 0 is EAGAIN, and not the end
      readEnded(UVError(code: Int32(count)))
    }
  }

  /// Once: from who does not read then, it is read as anything.
  private func leaveReading() {
    isReadToTake = false
    readsLeft = Self.mostReads
    owner?.streamDidChange()
  }

  /// For who has taken all and waits for more: reads what has been left to it; false where there is nothing new.
  func readToTake() -> Bool {
    guard readsLeft > 0, inboundCount == 0, isReading, !isClosing, let descriptor else { return false }
    let count = buffers.value.inbound.receive(upTo: EventLoop.readBufferBytes, from: Int32(descriptor))
    readsLeft = count < EventLoop.readBufferBytes ? 0 : readsLeft - 1
    if count < 0 {
      unsafe _ = uv_read_stop(stream)
      readEnded(UVError(code: Int32(count)))
    }
    return count != 0
  }

  private func readEnded(_ error: UVError) {
    isReading = false
    readState = error == .endOfStream ? stateAtEnd : .failed(error)
    owner?.streamDidChange()
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
    hasFilledBuffer = false
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
    isReadToTake = count >= EventLoop.readBufferBytes / 2 && count == inboundCount
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
}
