internal import CUV

/// Bytes on their way out, at one address until libuv has sent them. Immutable, hence safe to hand across isolation.
@safe final class PinnedBytes: @unchecked Sendable {
  private let memory: UnsafeMutableRawBufferPointer

  /// Copies `bytes` from `offset` on.
  init(_ bytes: [UInt8], from offset: Int) {
    unsafe memory = .allocate(byteCount: bytes.count - offset, alignment: 1)
    unsafe bytes.withUnsafeBytes { unsafe memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset...])) }
  }

  deinit {
    unsafe memory.deallocate()
  }

  /// SAFETY: valid while the caller holds this object.
  var buffer: uv_buf_t {
    unsafe uv_buf_init(memory.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(memory.count))
  }
}
