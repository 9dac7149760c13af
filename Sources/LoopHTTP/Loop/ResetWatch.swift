internal import CUV

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Tells that the peer has reset a stream that is not being read: libuv looks at a socket only for what it is asked to, and
/// after the end of the peer's side, or where enough bytes wait, that is nothing. A stream's own handle cannot ask for less, so
/// this one looks at a copy of its descriptor. It asks for urgent data, for an error is told unasked, and the end of the peer's
/// side, which would be told again and again, is not. Urgent data that comes is thrown away, as reading does.
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
    ) { handle, _, _ in
      // SAFETY: `data` is this object until the close callback.
      unsafe Unmanaged<ResetWatch>.fromOpaque(handle.fromLibuv.pointee.data).takeUnretainedValue().look()
    }
    if result < 0 {
      close()
      throw UVError(code: result)
    }
  }

  /// libuv's status is no answer: an error together with urgent data, or a hang-up alone, is none to it.
  private func look() {
    var entry = pollfd(fd: copy, events: 0, revents: 0)
    unsafe _ = poll(&entry, 1, 0)
    if entry.revents != 0 {
      stop()  // it stays to be told
      whenReset?()
    } else {
      var byte: UInt8 = 0
      unsafe _ = recv(copy, &byte, 1, Int32(MSG_OOB))
    }
  }

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
