import CZlib

/// Compression in the gzip format (RFC 1952) by zlib, whole bodies at a time. Runs on the calling thread and never suspends.
public enum Gzip {
  /// Why a body could not be decompressed.
  public enum DecompressionError: Error, Hashable {
    /// It is no complete gzip stream, or something follows it.
    case malformed
    /// It comes to more bytes than the caller allows.
    case tooLarge
  }

  /// The compressed form of `bytes`.
  public static func compress(_ bytes: [UInt8]) -> [UInt8] {
    var stream = unsafe z_stream()
    let status = unsafe deflateInit2_(
      &stream,
      Z_DEFAULT_COMPRESSION,
      Z_DEFLATED,
      gzipWindow,
      defaultMemoryLevel,
      Z_DEFAULT_STRATEGY,
      ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size)
    )
    precondition(status == Z_OK, "zlib has no memory")
    defer { unsafe deflateEnd(&stream) }
    let bound = unsafe Int(deflateBound(&stream, UInt(bytes.count)))
    return unsafe bytes.withUnsafeBufferPointer { input in
      unsafe [UInt8](unsafeUninitializedCapacity: bound) { output, count in
        // SAFETY: both buffers outlive the call, zlib only reads the input, and `deflateBound` bytes take all of the output.
        unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        unsafe stream.avail_in = UInt32(input.count)
        unsafe stream.next_out = output.baseAddress
        unsafe stream.avail_out = UInt32(output.count)
        let status = unsafe deflate(&stream, Z_FINISH)
        precondition(status == Z_STREAM_END, "the bound that zlib gave was too small")
        count = unsafe Int(stream.total_out)
      }
    }
  }

  /// The bytes that `compressed` stands for, `limit` of them at most.
  public static func decompress(_ compressed: [UInt8], limit: Int) throws(DecompressionError) -> [UInt8] {
    var stream = unsafe z_stream()
    let status = unsafe inflateInit2_(&stream, gzipWindow, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib has no memory")
    defer { unsafe inflateEnd(&stream) }
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 * 1024)
    var consumed = 0
    while true {
      let (status, read, written) = unsafe step(&stream, compressed, from: consumed, into: &chunk)
      consumed += read
      guard output.count + written <= limit else { throw .tooLarge }
      output += chunk[..<written]
      switch status {
      case Z_STREAM_END:
        guard consumed == compressed.count else { throw .malformed }
        return output
      case Z_OK where read + written > 0: continue
      default: throw .malformed
      }
    }
  }

  /// One call of `inflate`: its status, the bytes it read and the bytes it wrote.
  private static func step(
    _ stream: inout z_stream,
    _ input: [UInt8],
    from offset: Int,
    into chunk: inout [UInt8]
  ) -> (status: Int32, read: Int, written: Int) {
    unsafe input.withUnsafeBufferPointer { input in
      unsafe chunk.withUnsafeMutableBufferPointer { output in
        // SAFETY: both buffers outlive the call, zlib only reads the input, and the counts are those of the buffers.
        let rest = unsafe UnsafeBufferPointer(rebasing: input[offset...])
        unsafe stream.next_in = UnsafeMutablePointer(mutating: rest.baseAddress)
        unsafe stream.avail_in = UInt32(rest.count)
        unsafe stream.next_out = output.baseAddress
        unsafe stream.avail_out = UInt32(output.count)
        let status = unsafe inflate(&stream, Z_NO_FLUSH)
        return unsafe (status, rest.count - Int(stream.avail_in), output.count - Int(stream.avail_out))
      }
    }
  }

  /// zlib's largest window, plus 16 for the gzip format.
  private static let gzipWindow: Int32 = 15 + 16
  /// zlib's own default.
  private static let defaultMemoryLevel: Int32 = 8
}
