internal import CUV

/// Sole owner of the memory of one libuv handle (`uv_tcp_t`, `uv_timer_t`, …).
///
/// Lifetime, as libuv's design document demands it: memory is allocated before the init function; an init that fails
/// frees it without close; after a successful init the handle holds one reference to this object in its `data`, given
/// back in the close callback, where alone the memory goes. `close()` may be called more than once; libuv sees one.
/// Every entry must happen on the loop, and checks that it does.
@safe class UVHandle {
  let loop: EventLoop
  /// Valid until the close callback has run; no pointer into it leaves `Loop/`.
  let memory: UnsafeMutableRawPointer
  private(set) var isClosing = false

  /// Throws what `initialise` (for example `uv_tcp_init`) returned.
  init<Raw>(
    loop: EventLoop,
    _ initialise: (UnsafeMutablePointer<uv_loop_t>, UnsafeMutablePointer<Raw>) -> Int32
  ) throws(UVError) {
    loop.preconditionOnLoop()
    self.loop = loop
    let raw = UnsafeMutablePointer<Raw>.allocate(capacity: 1)
    unsafe memory = UnsafeMutableRawPointer(raw)
    let result = unsafe initialise(loop.raw, raw)
    guard result >= 0 else {
      unsafe raw.deallocate()
      throw UVError(code: result)
    }
    // SAFETY: the reference is taken back in the close callback, which libuv runs exactly once.
    unsafe handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
    loop.ledger.handlesOpened += 1
  }

  /// SAFETY: every libuv handle type begins with the fields of `uv_handle_t`.
  final var handle: UnsafeMutablePointer<uv_handle_t> {
    unsafe memory.assumingMemoryBound(to: uv_handle_t.self)
  }

  /// For subclasses: the place to let go of whoever is told of events, since none follows.
  func willClose() {}

  /// Begins to close the handle; its memory goes in a later iteration of the loop.
  final func close() {
    loop.preconditionOnLoop()
    guard !isClosing else { return }
    isClosing = true
    willClose()
    unsafe uv_close(handle) { handle in
      // SAFETY: `data` holds the reference that init passed; nothing touches the memory after this callback.
      let owner = unsafe Unmanaged<UVHandle>.fromOpaque(handle.fromLibuv.pointee.data).takeRetainedValue()
      owner.loop.ledger.handlesClosed += 1
      unsafe owner.memory.deallocate()
    }
  }
}
