internal import CUV

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A descriptor may be non-blocking without its owner's doing: the flag belongs to the open file description (POSIX, `open`),
/// which a pipe's or terminal's other users share, and one of them may have set it.
extension FileWriter {
  /// Suspends until the system takes bytes again, or will say why not; a thread of libuv's pool waits meanwhile, as it does in
  /// a blocking write.
  func waitUntilWritable() async throws(UVError) {
    unsafe try await UVRequest<cuv_descriptor_work_t, Void>.perform(on: loop) { raw in
      unsafe raw.pointee.descriptor = descriptor
      return unsafe uv_queue_work(
        loop.raw,
        UnsafeMutableRawPointer(raw).assumingMemoryBound(to: uv_work_t.self),
        { work in
          let descriptor = unsafe FileWriter.descriptorWork(work.fromLibuv).pointee.descriptor
          FileWriter.holdThreadUntilWritable(descriptor)
        },
        { work, status in
          unsafe UVRequest<cuv_descriptor_work_t, Void>.finish(
            FileWriter.descriptorWork(work.fromLibuv),
            status: status
          )
        }
      )
    }
  }

  /// SAFETY: such work begins with libuv's part, and only `waitUntilWritable` hands any out.
  private static func descriptorWork(
    _ work: UnsafeMutablePointer<uv_work_t>
  ) -> UnsafeMutablePointer<cuv_descriptor_work_t> {
    unsafe UnsafeMutableRawPointer(work).assumingMemoryBound(to: cuv_descriptor_work_t.self)
  }

  /// May return early, where a signal comes: the next write tells.
  static func holdThreadUntilWritable(_ descriptor: Int32) {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    unsafe _ = poll(&entry, 1, -1)
  }
}
