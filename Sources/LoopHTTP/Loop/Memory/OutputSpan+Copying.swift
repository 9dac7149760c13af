extension OutputSpan<UInt8> {
  /// Appends a copy of `bytes` with one `memcpy`. There must be room for them.
  @inlinable
  @inline(__always)
  package mutating func append(copying bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append($0) }
  }

  /// Appends a literal as UTF-8. There must be room for it.
  @inlinable
  @inline(__always)
  package mutating func append(_ text: StaticString) {
    // SAFETY: a static string's bytes live as long as the process.
    unsafe append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends a string as UTF-8. There must be room for it.
  @inlinable
  @inline(__always)
  package mutating func append(copying text: String) {
    // SAFETY: the pointer is read while the string is borrowed, and does not leave the call.
    let isDone: Void? = unsafe text.utf8.withContiguousStorageIfAvailable { unsafe append($0) }
    if isDone == nil { for byte in text.utf8 { append(byte) } }
  }

  /// Appends the eight bytes of a number, the most significant first. There must be room for them.
  @inlinable
  @inline(__always)
  package mutating func append(bigEndian number: UInt64) {
    // SAFETY: the pointer is read while the number is borrowed, and does not leave the call.
    unsafe Swift.withUnsafeBytes(of: number.bigEndian) { bytes in
      unsafe bytes.withMemoryRebound(to: UInt8.self) { unsafe append($0) }
    }
  }

  @inlinable
  @inline(__always)
  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    precondition(bytes.count <= freeCapacity, "no room was made")
    guard let source = bytes.baseAddress else { return }
    // SAFETY: there is room, and the bytes are in no memory that this span may write to.
    unsafe withUnsafeMutableBufferPointer { buffer, initialized in
      guard let start = buffer.baseAddress else { return }
      unsafe (start + initialized).initialize(from: source, count: bytes.count)
      initialized += bytes.count
    }
  }
}
