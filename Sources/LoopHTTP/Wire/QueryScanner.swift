/// Walks over the parameters of a query, `name=value` pairs separated by `&` (WHATWG URL §5.1). Nothing is decoded or
/// copied; empty pairs are skipped.
struct QueryScanner: Sendable {
  /// Where a parameter's name and value lie in the bytes the query's range refers to; without `=` the value is empty.
  struct Parameter: Hashable, Sendable {
    var name: ByteRange
    var value: ByteRange
  }

  private var cursor: Int
  private let end: Int

  /// Walks over `query`, a slice of the bytes given to `next`.
  init(_ query: ByteRange) {
    cursor = query.bounds.lowerBound
    end = query.bounds.upperBound
  }

  /// The next parameter in `bytes`, the whole head; nil after the last.
  mutating func next(_ bytes: Span<UInt8>) -> Parameter? {
    while cursor < end {
      let start = cursor
      var pairEnd = start
      var nameEnd: Int?
      while pairEnd < end, bytes[pairEnd] != UInt8(ascii: "&") {
        if nameEnd == nil, bytes[pairEnd] == UInt8(ascii: "=") { nameEnd = pairEnd }
        pairEnd += 1
      }
      cursor = pairEnd + 1
      guard pairEnd > start else { continue }
      let separator = nameEnd ?? pairEnd
      return Parameter(
        name: ByteRange(start..<separator),
        value: ByteRange(min(separator + 1, pairEnd)..<pairEnd)
      )
    }
    return nil
  }

  /// Whether a name or value is `text` once it is decoded.
  static func isText(_ range: ByteRange, _ text: String, in bytes: Span<UInt8>) -> Bool {
    let raw = bytes.extracting(range.bounds)
    return PercentDecoding.isPlain(raw, plusIsSpace: true)
      ? ByteClass.equals(raw, text)
      : PercentDecoding.decode(raw, plusIsSpace: true) == text
  }

  /// A name or value as text: `+` is a space, bad escapes stay, bytes that are not UTF-8 become U+FFFD.
  static func text(_ range: ByteRange, in bytes: Span<UInt8>) -> String {
    PercentDecoding.decode(bytes.extracting(range.bounds), plusIsSpace: true)
  }
}
