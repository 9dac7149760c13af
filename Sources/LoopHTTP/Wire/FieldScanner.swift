/// Finds the field lines of a head or trailer section (RFC 9112 §5), resumable at any byte: it remembers how far it has
/// looked, so no byte is examined twice however the section arrives. Offsets are relative to the section's first byte.
struct FieldScanner: Sendable {
  enum Outcome {
    case needMore
    case field(FieldSlice)
    case end
  }

  private enum Phase {
    case name, value
  }

  /// The next byte to look at.
  private(set) var cursor: Int
  private var phase = Phase.name
  /// Where the line's name starts and ends.
  private var lineStart: Int
  private var nameEnd = 0

  /// Starts at the first line, which begins at `offset`.
  init(at offset: Int = 0) {
    cursor = offset
    lineStart = offset
  }

  /// Looks for the next complete line in `input`, which holds the section from its first byte.
  @inline(__always)
  mutating func next(_ input: Span<UInt8>) throws(WireError) -> Outcome {
    switch phase {
    case .name:
      switch try scanName(input) {
      case .needMore: return .needMore
      case .end: return .end
      case .complete: return try scanValue(input)
      }
    case .value:
      return try scanValue(input)
    }
  }

  private enum NameOutcome {
    case needMore, end, complete
  }

  @inline(__always)
  private mutating func scanName(_ input: Span<UInt8>) throws(WireError) -> NameOutcome {
    let index = input.endOfToken(from: cursor)
    cursor = index
    guard index < input.count else { return .needMore }
    if input[index] == UInt8(ascii: ":"), index > lineStart {
      nameEnd = index
      cursor = index + 1
      phase = .value
      return .complete
    }
    guard index == lineStart, input[index] == ByteClass.carriageReturn else {
      throw FieldScanner.nameError(input[index], isFirst: index == lineStart)
    }
    return try finishLine(input) ? .end : .needMore
  }

  @inline(__always)
  private mutating func scanValue(_ input: Span<UInt8>) throws(WireError) -> Outcome {
    let index = input.endOfFieldValue(from: cursor)
    cursor = index
    guard index < input.count else { return .needMore }
    guard input[index] == ByteClass.carriageReturn else {
      throw input[index] == ByteClass.lineFeed ? .bareLineFeed : .badFieldValue
    }
    guard try finishLine(input) else { return .needMore }
    let field = FieldSlice(
      name: ByteRange(lineStart..<nameEnd),
      value: ByteRange(input.trimmingOptionalWhitespace((nameEnd + 1)..<index)),
      known: KnownField(input.extracting(lineStart..<nameEnd))
    )
    lineStart = cursor
    phase = .name
    return .field(field)
  }

  /// At a carriage return: steps over it and the line feed, or stays when the line feed has not come.
  @inline(__always)
  private mutating func finishLine(_ input: Span<UInt8>) throws(WireError) -> Bool {
    guard cursor + 1 < input.count else { return false }
    guard input[cursor + 1] == ByteClass.lineFeed else { throw .bareCarriageReturn }
    cursor += 2
    return true
  }

  private static func nameError(_ byte: UInt8, isFirst: Bool) -> WireError {
    switch byte {
    case ByteClass.lineFeed: .bareLineFeed
    case ByteClass.space, ByteClass.tab: isFirst ? .foldedField : .spaceBeforeColon
    case UInt8(ascii: ":"): .emptyFieldName
    default: .badFieldName
    }
  }
}
