internal import CUV

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Tells that the peer has reset a stream that is not being read: libuv looks at a socket only for what it is asked to, and
/// after the end of the peer's side, or where enough bytes wait, that is nothing. A stream's own handle cannot ask for less, so
/// this one looks at a copy of its descriptor. It asks for urgent data, which nobody sends, for an error is told unasked, and the
/// end of the peer's side, which would be told again and again, is not.
///
/// Unchecked, because it is used on its loop only, and checks that it is.
final class ResetWatch: UVHandle, @unchecked Sendable {
  private let copy: Int32
  private var whenReset: (() -> Void)?

  /// Calls `whenReset` at most once, on the loop, until it is closed.
  init(loop: EventLoop, descriptor: Int32, _ whenReset: @escaping () -> Void) throws(UVError) {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw .outOfFileDescriptors }
    self.copy = copy
    self.whenReset = whenReset
    do throws(UVError) {
      unsafe try super.init(loop: loop) { unsafe uv_poll_init($0, $1, copy) }
    } catch {
      ResetWatch.closeDescriptor(copy)
      throw error
    }
    let result = unsafe uv_poll_start(
      memory.assumingMemoryBound(to: uv_poll_t.self),
      Int32(UV_PRIORITIZED.rawValue)
    ) { handle, status, _ in
      // SAFETY: `data` is this object until the close callback.
      let watch = unsafe Unmanaged<ResetWatch>.fromOpaque(handle.fromLibuv.pointee.data).takeUnretainedValue()
      watch.stop()
      if status < 0 { watch.whenReset?() }
    }
    if result < 0 {
      close()
      throw UVError(code: result)
    }
  }

  /// Whatever there was to tell stays to be told.
  private func stop() {
    unsafe _ = uv_poll_stop(memory.assumingMemoryBound(to: uv_poll_t.self))
  }

  override func willClose() {
    whenReset = nil
    stop()  // libuv must not look at a descriptor that is closed
    ResetWatch.closeDescriptor(copy)
  }

  private static func closeDescriptor(_ descriptor: Int32) {
    #if canImport(Glibc)
      _ = Glibc.close(descriptor)
    #elseif canImport(Darwin)
      _ = Darwin.close(descriptor)
    #endif
  }
}
