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

  /// Whether the trace is recorded: only then does a backend know the ids (conformance M5).
  public var isSampled: Bool { traceFlags & 1 == 1 }
}

/// Finds the span that is current where it is called; nil outside of any span.
public typealias CurrentSpan = @Sendable () -> SpanReference?

extension [UInt8] {
  /// Appends 32 lowercase hex digits.
  mutating func append(traceIDOf span: SpanReference) {
    append(hex: span.traceIDHigh, digits: 16)
    append(hex: span.traceIDLow, digits: 16)
  }

  /// Appends 16 lowercase hex digits.
  mutating func append(spanIDOf span: SpanReference) {
    append(hex: span.spanID, digits: 16)
  }

  /// Appends the low `digits` hex digits of a number, lowercase, with leading zeros.
  mutating func append(hex number: UInt64, digits: Int) {
    append(addingCapacity: digits) { output in
      for digit in (0..<digits).reversed() {
        let nibble = UInt8(truncatingIfNeeded: number >> UInt64(4 * digit)) & 0xf
        output.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
      }
    }
  }
}
