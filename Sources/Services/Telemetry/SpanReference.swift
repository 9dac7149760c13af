import LoopHTTP

/// The span that a log line or an exemplar points at: W3C trace context's ids and flags, nothing else.
public struct SpanReference: Sendable, Equatable {
  /// The first 8 bytes of the trace id.
  public var traceIDHigh: UInt64
  /// The last 8 bytes of the trace id.
  public var traceIDLow: UInt64
  /// The span id.
  public var spanID: UInt64
  /// W3C trace flags: bit 0 is "sampled".
  public var traceFlags: UInt8

  /// Ids as they are on the wire, most significant byte first.
  public init(traceIDHigh: UInt64, traceIDLow: UInt64, spanID: UInt64, traceFlags: UInt8) {
    self.traceIDHigh = traceIDHigh
    self.traceIDLow = traceIDLow
    self.spanID = spanID
    self.traceFlags = traceFlags
  }

  /// Whether the trace is recorded: only then does a backend know the ids (OpenTelemetry Metrics SDK, exemplar
  /// filter `TraceBased`).
  public var isSampled: Bool { traceFlags & 1 == 1 }
}

extension [UInt8] {
  /// Appends 32 lowercase hex digits.
  mutating func append(traceIDOf span: SpanReference) {
    append(addingCapacity: 32) { $0.append(traceIDOf: span) }
  }

  /// Appends 16 lowercase hex digits.
  mutating func append(spanIDOf span: SpanReference) {
    append(addingCapacity: 16) { $0.append(hex: span.spanID) }
  }

  /// Appends the low `digits` hex digits of a number, at most 8, lowercase, with leading zeros.
  mutating func append(hex number: UInt32, digits: Int) {
    append(addingCapacity: digits) { output in
      let word = Hexadecimal.digits(of: number)
      for place in (0..<digits).reversed() { output.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * place))) }
    }
  }
}

extension OutputSpan<UInt8> {
  /// Appends 32 lowercase hex digits.
  mutating func append(traceIDOf span: SpanReference) {
    append(hex: span.traceIDHigh)
    append(hex: span.traceIDLow)
  }

  /// Appends 16 lowercase hex digits.
  mutating func append(hex number: UInt64) {
    append(bigEndian: Hexadecimal.digits(of: UInt32(truncatingIfNeeded: number >> 32)))
    append(bigEndian: Hexadecimal.digits(of: UInt32(truncatingIfNeeded: number)))
  }

  /// Appends two lowercase hex digits.
  mutating func append(hex number: UInt8) {
    let word = Hexadecimal.digits(of: UInt32(number))
    append(UInt8(truncatingIfNeeded: word >> 8))
    append(UInt8(truncatingIfNeeded: word))
  }
}
