/// A slice of a message head or trailer section: offsets into the bytes its owner keeps. Eight bytes instead of the
/// sixteen of `Range<Int>`, because every field line stores two; the limits keep heads far below 4 GiB.
struct ByteRange: Hashable, Sendable, BitwiseCopyable {
  var start: UInt32
  var count: UInt32

  static let empty = ByteRange(start: 0, count: 0)

  @inline(__always)
  init(start: UInt32, count: UInt32) {
    self.start = start
    self.count = count
  }

  @inline(__always)
  init(_ bounds: Range<Int>) {
    start = UInt32(truncatingIfNeeded: bounds.lowerBound)
    count = UInt32(truncatingIfNeeded: bounds.count)
  }

  var isEmpty: Bool { count == 0 }

  /// The same slice as `Int` offsets.
  @inline(__always)
  var bounds: Range<Int> { Int(start)..<(Int(start) + Int(count)) }
}
