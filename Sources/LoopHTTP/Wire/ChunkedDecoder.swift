/// Decodes the chunked transfer coding, RFC 9112 §7.1, resumable at any byte. Data is returned as ranges of the input,
/// never copied.
struct ChunkedDecoder: Sendable {
  enum Outcome {
    case needMore
    case data(Range<Int>)
    case end
  }

  private enum Phase {
    case size(value: Int, digits: Int)
    case spaceBeforeExtension(size: Int, bytes: Int)
    case chunkExtension(size: Int, bytes: Int)
    case sizeLineFeed(size: Int)
    case data(remaining: Int)
    case dataCarriageReturn
    case dataLineFeed
    case trailers(FieldScanner)
    case done
  }

  /// A chunk extension has no use here; one signature or checksum fits.
  private static let extensionBytes = 256
  /// Extension bytes that data has not paid for: bounds a body that is nearly all extensions.
  private static let unpaidExtensionBytes = 4096

  private let limits: WireLimits
  private var phase = Phase.size(value: 0, digits: 0)
  private var unpaid = 0

  init(limits: WireLimits) {
    self.limits = limits
  }

  /// Advances over `input` to the next data, to the end or to the end of what came. Returns how many bytes are used up;
  /// the rest must be given again. `allowance` is how many more bytes of data the message may bring.
  mutating func next(
    _ input: Span<UInt8>,
    allowance: Int,
    trailers: inout MessageTrailers
  ) throws(WireError) -> (consumed: Int, outcome: Outcome) {
    var index = 0
    while true {
      switch phase {
      case .data(let remaining):
        guard index < input.count else { return (index, .needMore) }
        let end = index + min(remaining, input.count - index)
        phase = end - index == remaining ? .dataCarriageReturn : .data(remaining: remaining - (end - index))
        return (end, .data(index..<end))
      case .trailers(var scanner):
        let section = input.extracting(index..<input.count)
        let end = try scanTrailers(section, &scanner, &trailers)
        phase = end == nil ? .trailers(scanner) : .done
        return end.map { (index + $0, .end) } ?? (index, .needMore)
      case .done:
        return (index, .end)
      case .size, .spaceBeforeExtension, .chunkExtension, .sizeLineFeed, .dataCarriageReturn, .dataLineFeed:
        guard index < input.count else { return (index, .needMore) }
        try advance(over: input[index], allowance: allowance)
        index += 1
      }
    }
  }

  /// One byte between the data of two chunks.
  private mutating func advance(over byte: UInt8, allowance: Int) throws(WireError) {
    switch phase {
    case .size(let value, let digits): try readSize(byte, value, digits)
    case .spaceBeforeExtension(let size, let bytes): try readSpace(byte, size, bytes)
    case .chunkExtension(let size, let bytes): try readExtension(byte, size, bytes)
    case .sizeLineFeed(let size):
      guard byte == ByteClass.lineFeed else { throw .bareCarriageReturn }
      guard size <= allowance else { throw .bodyTooLarge }
      unpaid -= min(unpaid, size)
      phase = size == 0 ? .trailers(FieldScanner()) : .data(remaining: size)
    case .dataCarriageReturn:
      guard byte == ByteClass.carriageReturn else { throw .badChunkEnd }
      phase = .dataLineFeed
    case .dataLineFeed:
      guard byte == ByteClass.lineFeed else { throw .badChunkEnd }
      phase = .size(value: 0, digits: 0)
    case .data, .trailers, .done: break
    }
  }

  /// Hexadecimal digits only: no sign, no prefix, no white space before them. Fifteen of them cannot overflow.
  private mutating func readSize(_ byte: UInt8, _ value: Int, _ digits: Int) throws(WireError) {
    if let digit = ByteClass.hexValue(byte) {
      guard digits < 15 else { throw .badChunkSize }
      phase = .size(value: value << 4 | Int(digit), digits: digits + 1)
      return
    }
    guard digits > 0 else { throw .badChunkSize }
    switch byte {
    case ByteClass.carriageReturn: phase = .sizeLineFeed(size: value)
    case UInt8(ascii: ";"): phase = .chunkExtension(size: value, bytes: 1)
    case ByteClass.space, ByteClass.tab: phase = .spaceBeforeExtension(size: value, bytes: 1)
    case ByteClass.lineFeed: throw .bareLineFeed
    default: throw .badChunkSize
    }
  }

  /// What the grammar calls bad white space is "parsed and removed" (RFC 9110 §5.6.3). It is part of an extension: before the end
  /// of the line it is none, and a size that some take for another one is where requests are smuggled.
  private mutating func readSpace(_ byte: UInt8, _ size: Int, _ bytes: Int) throws(WireError) {
    try countExtensionByte(after: bytes)
    switch byte {
    case ByteClass.space, ByteClass.tab: phase = .spaceBeforeExtension(size: size, bytes: bytes + 1)
    case UInt8(ascii: ";"): phase = .chunkExtension(size: size, bytes: bytes + 1)
    case ByteClass.lineFeed: throw .bareLineFeed
    default: throw .badChunkSize
    }
  }

  private mutating func countExtensionByte(after bytes: Int) throws(WireError) {
    unpaid += 1
    guard bytes < ChunkedDecoder.extensionBytes, unpaid < ChunkedDecoder.unpaidExtensionBytes else {
      throw .chunkExtensionTooLong
    }
  }

  private mutating func readExtension(_ byte: UInt8, _ size: Int, _ bytes: Int) throws(WireError) {
    if ByteClass.isFieldValue(byte) {
      try countExtensionByte(after: bytes)
      phase = .chunkExtension(size: size, bytes: bytes + 1)
      return
    }
    guard byte == ByteClass.carriageReturn else {
      throw byte == ByteClass.lineFeed ? .bareLineFeed : .badChunkExtension
    }
    phase = .sizeLineFeed(size: size)
  }

  /// Returns the section's length once it is complete.
  private func scanTrailers(
    _ section: Span<UInt8>,
    _ scanner: inout FieldScanner,
    _ trailers: inout MessageTrailers
  ) throws(WireError) -> Int? {
    let visible = section.extracting(first: limits.headBytes)
    while true {
      switch try scanner.next(visible) {
      case .needMore:
        guard visible.count < limits.headBytes else { throw .trailersTooLarge }
        return nil
      case .field(let field):
        guard trailers.fields.count < limits.fieldCount else { throw .trailersTooLarge }
        trailers.fields.append(field)
      case .end:
        if !trailers.fields.isEmpty { trailers.bytes.append(copying: visible.extracting(first: scanner.cursor)) }
        return scanner.cursor
      }
    }
  }
}
