internal import CUV

/// Writes to a file descriptor on libuv's thread pool, so that a slow pipe or disk never stops a loop.
public actor FileWriter: LoopActor {
  /// The loop that runs this actor.
  public nonisolated let loop: EventLoop
  nonisolated let descriptor: Int32
  /// Nobody else closes the descriptor.
  var ownsDescriptor: Bool

  init(descriptor: Int32, loop: EventLoop, ownsDescriptor: Bool) {
    self.descriptor = descriptor
    self.loop = loop
    self.ownsDescriptor = ownsDescriptor
  }

  /// Does not own `descriptor`: the caller opens and closes it.
  public init(descriptor: Int32, loop: EventLoop) {
    self.init(descriptor: descriptor, loop: loop, ownsDescriptor: false)
  }

  deinit {
    if ownsDescriptor { _ = FileWriter.close(descriptor) }
  }

  /// Why not all could be written: a full disk, a reader that has gone.
  public struct IncompleteWrite: Error, Hashable, Sendable {
    /// How many of the bytes were.
    public let written: Int
    /// What the system said to the rest.
    public let reason: UVError
  }

  /// Writes all of `bytes` at the descriptor's position; suspends until the system has taken them, also where the descriptor is
  /// non-blocking. One call at a time: bytes of overlapping calls may mix.
  public func write(_ bytes: [UInt8]) async throws(IncompleteWrite) {
    var offset = 0
    do throws(UVError) {
      while offset < bytes.count {
        do throws(UVError) {
          offset += try await writeOnce(bytes, from: offset)
        } catch {
          guard error == .wouldBlock else { throw error }
          try await waitUntilWritable()
        }
      }
    } catch {
      throw IncompleteWrite(written: offset, reason: error)
    }
  }

  private func writeOnce(_ bytes: [UInt8], from offset: Int) async throws(UVError) -> Int {
    let copy = PinnedBytes(bytes, from: offset)
    // SAFETY: the suspended frame keeps the copy until the request has ended.
    let count = unsafe try await UVRequest<uv_fs_t, Int>.perform(on: loop) { raw in
      var buffer = unsafe copy.buffer
      return unsafe uv_fs_write(loop.raw, raw, descriptor, &buffer, 1, -1) { raw in
        let result = unsafe raw.fromLibuv.pointee.result
        unsafe uv_fs_req_cleanup(raw)
        unsafe UVRequest<uv_fs_t, Int>.finish(
          raw.fromLibuv,
          result < 0 ? .failure(UVError(code: Int32(result))) : .success(result)
        )
      }
    }
    return withExtendedLifetime(copy) { count }
  }

  /// Writes all of `bytes`, without a loop: blocks the calling thread until the system has taken them. For a program's first
  /// and last words, when it has no loop.
  public static func writeBlocking(_ bytes: [UInt8], to descriptor: Int32) throws(UVError) {
    var offset = 0
    while offset < bytes.count {
      let copy = PinnedBytes(bytes, from: offset)
      var (buffer, request) = unsafe (copy.buffer, uv_fs_t())
      // SAFETY: without a callback libuv works at once and keeps nothing.
      let count = unsafe uv_fs_write(nil, &request, descriptor, &buffer, 1, -1, nil)
      unsafe uv_fs_req_cleanup(&request)
      withExtendedLifetime(copy) {}
      if count == UV_EAGAIN.rawValue {
        FileWriter.holdThreadUntilWritable(descriptor)
      } else {
        offset += Int(try UVError.check(count))
      }
    }
  }
}
