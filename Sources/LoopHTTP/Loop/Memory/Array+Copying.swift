extension [UInt8] {
  /// Appends a copy of `bytes`: one growth of the buffer at most and one `memcpy`.
  @inlinable
  package mutating func append(copying bytes: Span<UInt8>) {
    // SAFETY: the pointer is read while the span is borrowed, and does not leave the call.
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }

  /// Puts a copy of `bytes` in place of what is there; cheaper than to remove that first.
  @inline(__always)
  mutating func replace(copying bytes: Span<UInt8>) {
    let shared = bytes.extracting(first: count)
    unsafe withUnsafeMutableBytes { target in
      // SAFETY: there is room, and it is not that of the span, which nobody may write to as long as it is lent.
      unsafe shared.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }
    if bytes.count > shared.count {
      append(copying: bytes.extracting(droppingFirst: shared.count))
    } else if count > shared.count {
      removeLast(count - shared.count)
    }
  }

  /// Appends a literal as UTF-8, without a string in between.
  @inlinable
  package mutating func append(_ text: StaticString) {
    // SAFETY: a static string's bytes live as long as the process.
    unsafe append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends the eight bytes of a number, the most significant first.
  @inlinable
  package mutating func append(bigEndian number: UInt64) {
    append(littleEndian: number.byteSwapped)
  }

  /// Appends the eight bytes of a number, the least significant first.
  @inlinable
  package mutating func append(littleEndian number: UInt64) {
    // SAFETY: the pointer is read while the number is borrowed, and does not leave the call.
    unsafe Swift.withUnsafeBytes(of: number.littleEndian) { unsafe append(contentsOf: $0) }
  }

  /// Appends a string as UTF-8 with one `memcpy`; strings that are stored otherwise, which none of ours is, byte by byte.
  @inlinable
  package mutating func append(copying text: String) {
    // SAFETY: the pointer is read while the string is borrowed, and does not leave the call.
    let isDone: Void? = unsafe text.utf8.withContiguousStorageIfAvailable { unsafe append(contentsOf: $0) }
    if isDone == nil { append(contentsOf: text.utf8) }
  }

  /// Lends all but the first `count`. Mutating, because out of a place that others could write to meanwhile the array would be
  /// copied first, which counts a reference.
  @inline(__always)
  mutating func withSpan<Result, Failure>(
    droppingFirst count: Int,
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let span = span
    return try body(span.extracting(droppingFirst: count))
  }
}
