import LoopHTTP

/// The value of a `traceparent` header (W3C Trace Context level 2, §3.2).
public struct TraceParent: Sendable, Hashable {
  /// The trace that the sender takes part in.
  public let traceID: TraceID
  /// The sender's span.
  public let parentID: SpanID
  /// The sender's flags, without the bits that have no meaning yet.
  public let flags: TraceFlags

  /// A value of the given parts.
  public init(traceID: TraceID, parentID: SpanID, flags: TraceFlags) {
    self.traceID = traceID
    self.parentID = parentID
    self.flags = flags
  }

  /// Parses a header's value; nil means that the header is to be ignored and a new trace begun.
  ///
  /// Version 00 is exactly 55 characters. A later version may go on after a further `-`, and of its flags only the
  /// sampled bit is taken over (§3.2.2, §4.2). Two headers joined by a comma are no valid value.
  public init?(_ headerValue: String) {
    let whole = headerValue.utf8.span
    let text = whole.extracting(Self.trimmedRange(of: whole))
    guard
      text.count >= Self.length,
      text[2] == Self.dash, text[35] == Self.dash, text[52] == Self.dash,
      let version = Hexadecimal.parseUInt8(text, at: 0), version != 0xff,
      let traceID = TraceID(digits: text, at: 3),
      let parentID = SpanID(digits: text, at: 36),
      let flags = Hexadecimal.parseUInt8(text, at: 53)
    else { return nil }
    if version == 0 {
      guard text.count == Self.length else { return nil }
    } else if text.count > Self.length {
      guard text[Self.length] == Self.dash else { return nil }
    }
    let meaningful: TraceFlags = version == 0 ? .known : .sampled
    self.init(traceID: traceID, parentID: parentID, flags: TraceFlags(rawValue: flags).intersection(meaningful))
  }

  /// The value to send: always version 00.
  public var headerValue: String {
    let text = InlineArray<55, UInt8> { $0.append(self) }
    return String(ascii: text.span)
  }

  private static let length = 55
  private static let dash = UInt8(ascii: "-")

  private static func trimmedRange(of text: Span<UInt8>) -> Range<Int> {
    var range = 0..<text.count
    while let first = range.first, ByteClass.isOptionalWhitespace(text[first]) { range = range.dropFirst() }
    while let last = range.last, ByteClass.isOptionalWhitespace(text[last]) { range = range.dropLast() }
    return range
  }
}

extension OutputSpan<UInt8> {
  /// Appends a `traceparent`, 55 bytes. There must be room for them.
  mutating func append(_ parent: TraceParent) {
    append("00-")
    append(parent.traceID)
    append(UInt8(ascii: "-"))
    append(parent.parentID)
    append(UInt8(ascii: "-"))
    append(parent.flags)
  }
}
