internal import CUV

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What has come on a stream and nobody has taken yet. While a read is told of, its bytes lie where the system put them, in the
/// loop's buffer, and most are used up there; only what is left of them afterwards is kept, in a buffer of the stream's own.
@safe struct InboundBytes: ~Copyable {
  // SAFETY: of the read that is told of, whose end `keepRest` is. Empty at all other times, and whenever bytes are kept.
  private var lent = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  private var kept: [UInt8] = []
  /// How many at the start of either have been used.
  private var used = 0

  /// Moving what is left costs less than letting used bytes pile up beyond this.
  private static let compactionBytes = 16 * 1024

  var count: Int { unsafe lent.count + kept.count - used }

  /// Adds what has been read. The memory must last until `keepRest`.
  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    unsafe precondition(lent.isEmpty, "the read before has not ended")
    if kept.isEmpty {
      unsafe lent = bytes
    } else {
      unsafe kept.append(contentsOf: bytes)
    }
  }

  /// Reads into memory of its own, where nothing waits. Returns how many bytes have come, or why none: 0 where there are none yet,
  /// else libuv's number for the end or the error.
  mutating func receive(upTo limit: Int, from descriptor: Int32) -> Int {
    precondition(count == 0, "what waits would be lost")
    var result = 0
    // SAFETY: the system writes no more than it is told that there is room for, and tells how much.
    kept = unsafe [UInt8](unsafeUninitializedCapacity: limit) { memory, count in
      repeat { result = unsafe recv(descriptor, memory.baseAddress, limit, 0) } while result < 0 && errno == EINTR
      if result < 0 { result = errno == EAGAIN ? 0 : -Int(errno) } else if result == 0 { result = Int(UV_EOF.rawValue) }
      count = max(result, 0)
    }
    // Whoever keeps it shall not keep much more than has come.
    if result < limit / 2 { kept = Array(kept[...]) }
    return result
  }

  /// The memory of the last read is about to be used anew.
  mutating func keepRest(_ pool: inout BufferPool) {
    guard unsafe !lent.isEmpty else { return }
    if kept.capacity == 0 { kept = pool.take() }
    unsafe kept.append(contentsOf: lent[used...])
    unsafe lent = UnsafeBufferPointer(start: nil, count: 0)
    used = 0
  }

  /// Lends the bytes that wait.
  @inline(__always)
  mutating func withSpan<Result, Failure>(_ body: (Span<UInt8>) throws(Failure) -> Result) throws(Failure) -> Result {
    guard unsafe lent.isEmpty else {
      return try unsafe body(lent.span.extracting(droppingFirst: used))
    }
    return try kept.withSpan(droppingFirst: used, body)
  }

  /// The first `count` are used.
  mutating func consume(_ count: Int) {
    used += count
    if self.count == 0 {
      unsafe lent = UnsafeBufferPointer(start: nil, count: 0)
      if !kept.isEmpty { kept.removeAll(keepingCapacity: true) }
      used = 0
    } else if used >= Self.compactionBytes, !kept.isEmpty {
      kept.removeFirst(used)
      used = 0
    }
  }

  /// A copy of some of those that wait, as offsets in what `withSpan` shows.
  mutating func copy(_ range: Range<Int>) -> [UInt8] {
    var copy: [UInt8] = []
    withSpan { copy.append(copying: $0.extracting(range)) }
    return copy
  }

  /// `copy(range)` and then `consume(count)`; where that is all that is kept, its buffer is handed on instead of a copy.
  mutating func take(_ range: Range<Int>, consuming count: Int) -> [UInt8] {
    guard used == 0, range == 0..<kept.count, count == kept.count else {
      let copy = copy(range)
      consume(count)
      return copy
    }
    return unusedBuffer()
  }

  /// Gives an empty buffer back.
  mutating func releaseBuffer(_ pool: inout BufferPool) {
    if kept.isEmpty, kept.capacity > 0 { pool.giveBack(unusedBuffer()) }
  }

  private mutating func unusedBuffer() -> [UInt8] {
    var buffer: [UInt8] = []
    swap(&buffer, &kept)
    return buffer
  }
}
