internal import HTTPTypes

/// A field of a response. `HTTPField` would look at each byte of a value by itself, and the writer looks at it once more.
struct OutgoingField: Sendable {
  let name: HTTPField.Name
  let value: String

  /// The value as `HTTPField` has it: what no value may hold becomes spaces, and spaces at its ends go (RFC 9110 §5.5).
  init(_ name: HTTPField.Name, _ value: String) {
    self.name = name
    self.value = Self.isLegal(value.utf8.span) ? value : HTTPField(name: name, value: value).value
  }

  private static func isLegal(_ value: Span<UInt8>) -> Bool {
    value.endOfFieldValue(from: 0) == value.count
      && value.trimmingOptionalWhitespace(0..<value.count) == 0..<value.count
  }
}
