/// The trailer section of a chunked message, RFC 9112 §7.1.2. It is kept apart from the head and never merged into it:
/// a trailer must not change how the message was framed or routed (RFC 9110 §6.5.1).
struct MessageTrailers: Sendable {
  /// The section's bytes as they came; empty until it is complete, and where it has no fields.
  var bytes: [UInt8] = []
  /// The field lines in the order they came.
  var fields: [FieldSlice] = []

  /// Forgets the section and keeps the arrays' memory.
  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    fields.removeAll(keepingCapacity: true)
  }
}
